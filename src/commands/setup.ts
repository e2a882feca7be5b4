/** `certctl setup`: makes the first administrator of a data directory, whether or not its server is running. */
import { parseArgs } from "node:util";
import { authenticator } from "#features/access/authenticate.ts";
import { newSetupCode } from "#features/access/setup.ts";
import { anonymous } from "#features/context.ts";
import { run } from "#features/run.ts";
import { openLog } from "#server/log.ts";
import { openWorld, productOf } from "../compose.ts";
import type { Config } from "../config.ts";
import { findInstallation } from "./installation.ts";
import { configure } from "./settings.ts";
import { UsageError } from "./usage.ts";

const options = {
  admin: { type: "string" },
  "password-stdin": { type: "boolean" },
  "api-key": { type: "string" },
  new: { type: "boolean" },
} as const;

export async function setup(argv: readonly string[]): Promise<number> {
  const { config, rest } = configure(argv);
  const values = valuesOf(rest);
  const name = values.admin;
  if (name === undefined || values["password-stdin"] !== true) {
    throw new UsageError("setup needs --admin NAME and --password-stdin");
  }
  await requireInstallation(config, values.new === true);
  const password = (await Bun.stdin.text()).replace(/\r?\n$/, "");
  const opened = await openWorld(config, openLog("warn"), fatal, "beside");
  try {
    const code = await newSetupCode(opened.world);
    if (code === undefined) {
      throw new UsageError("this installation has its first administrator already");
    }
    const made = await complete(opened, config, {
      code,
      name,
      password,
      apiKeyName: values["api-key"],
    });
    process.stdout.write(`administrator ${name} was made\n`);
    // Once: it is stored as a hash only.
    if (made.apiKey !== null) process.stdout.write(`API key: ${made.apiKey}\n`);
    return 0;
  } finally {
    await opened.close();
  }
}

/** A wrong directory would otherwise get a CA and an administrator of its own, and the right one would have none. */
async function requireInstallation(config: Config, mayBeNew: boolean): Promise<void> {
  if (mayBeNew) return;
  const { isThere, place } = await findInstallation(config);
  if (isThere) return;
  throw new UsageError(
    `there is no installation: nothing at ${place}; name that of the server with --data-dir, or add --new to make one`,
  );
}

function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function fatal(error: unknown): never {
  throw error;
}

export interface FirstAdministrator {
  readonly code: string;
  readonly name: string;
  readonly password: string;
  readonly apiKeyName: string | undefined;
}

/** Runs the same operation as the page does, with its audit row. */
async function complete(
  opened: Awaited<ReturnType<typeof openWorld>>,
  config: Parameters<typeof productOf>[0],
  it: FirstAdministrator,
): Promise<{ readonly apiKey: string | null }> {
  const auth = authenticator(opened.world);
  const product = productOf(config, opened, () => auth);
  const operation = product.operations.find((each) => each.contract.name === "setup.complete");
  if (!operation) throw new Error("the operation setup.complete is not there");
  const runner = {
    world: opened.world,
    subscriptions: product.subscriptions,
    defer: () => Promise.reject(new Error("setup needs no approval")),
  };
  const call = {
    actor: anonymous,
    requestId: "setup",
    address: null,
    signal: AbortSignal.timeout(60_000),
  };
  const outcome = await run(runner, operation, call, {
    code: it.code,
    name: it.name,
    password: it.password,
    ...(it.apiKeyName === undefined ? {} : { api_key_name: it.apiKeyName }),
  });
  if (outcome.kind !== "done") throw new Error("setup did not come to an end");
  // The contract's output.
  return outcome.output as { apiKey: string | null };
}
