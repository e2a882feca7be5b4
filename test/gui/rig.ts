/** A fresh server, agents from the command that a page shows, and a real browser that reports every complaint. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { type Daemon, startDaemon } from "#test/peers/daemon.ts";
import { freePort } from "#test/peers/free-port.ts";

const root = join(import.meta.dir, "../..");

/** `npm test` builds the executables and names them; alone, a test runs the sources. */
function commandOf(name: "certctl" | "certctl-agent"): readonly string[] {
  const built = process.env["CERTCTL_TEST_BINARY"];
  if (built !== undefined && existsSync(built)) return [join(dirname(built), name)];
  return [process.execPath, join(root, name === "certctl" ? "src/main.ts" : "agent/main.ts")];
}

export interface FreshServer {
  readonly directory: string;
  readonly url: string;
  /** What the first start printed. */
  readonly setupCode: string;
  output(): string;
  stop(): Promise<void>;
}

/** Nothing is set up: that is done in the browser, unless `isSetUp` says that it was. */
export async function startFreshServer(
  env: Readonly<Record<string, string>> = {},
  isSetUp = env["CERTCTL_AUTH_TYPE"] === "none",
): Promise<FreshServer> {
  const directory = mkdtempSync(join(tmpdir(), "certctl-gui-"));
  const [port, httpPort] = [await freePort(), await freePort()];
  const settings = {
    CERTCTL_DATA_DIR: join(directory, "data"),
    CERTCTL_SERVER_PORT: String(port),
    CERTCTL_HTTP_PORT: String(httpPort),
    CERTCTL_MTLS_PORT: "0",
    ...env,
  };
  const variables = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  const command = ["/usr/bin/env", ...variables, ...commandOf("certctl"), "serve"];
  const remove = () => rmSync(directory, { recursive: true, force: true });
  let daemon: Daemon | undefined;
  let setupCode = "";
  try {
    daemon = await startDaemon(command, port, directory);
    if (!isSetUp) setupCode = await codeIn(daemon);
  } catch (cause) {
    await daemon?.stop();
    remove();
    throw cause;
  }
  const running = daemon;
  return {
    directory,
    url: `https://127.0.0.1:${port}`,
    setupCode,
    output: () => running.output(),
    async stop() {
      await running.stop();
      remove();
    },
  };
}

/** The code is printed after the doors are open. */
async function codeIn(daemon: Daemon): Promise<string> {
  for (let i = 0; i < 300; i++) {
    const code = /\bsetup_[\w-]+(?=\s)/.exec(daemon.output())?.[0];
    if (code !== undefined) return code;
    await Bun.sleep(50);
  }
  throw new Error(`no setup code was printed: ${daemon.output()}`);
}

/** Runs the command that the page shows, as somebody would who copied it, and then `certctl-agent run`. */
export function startAgentWith(shown: string, directory: string): { stop(): Promise<void> } {
  const [program = "", ...words] = shown.trim().split(/\s+/);
  if (program !== "certctl-agent") throw new Error(`not the agent's command: ${shown}`);
  const agent = commandOf("certctl-agent");
  const state = ["--state-dir", join(directory, "agent")];
  const joined = Bun.spawnSync([...agent, ...words, ...state], { cwd: directory });
  if (joined.exitCode !== 0) throw new Error(`join: ${joined.stdout}${joined.stderr}`);
  const child = Bun.spawn([...agent, "run", ...state], {
    cwd: directory,
    stdout: "ignore",
    stderr: "ignore",
  });
  return {
    async stop() {
      child.kill("SIGTERM");
      await Promise.race([child.exited, Bun.sleep(10_000)]);
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

export async function startBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: process.env["CERTCTL_TEST_CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--disable-component-update",
    ],
  });
}

export interface Tab {
  readonly page: Page;
  /** Script errors, failed loads, violations of the page's policy. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export async function openTab(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Tab> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    baseURL: url,
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("requestfailed", (request) => {
    // A refresh in flight ends with the page that asked for it.
    const reason = request.failure()?.errorText;
    if (reason !== "net::ERR_ABORTED") complaints.push(`${request.url()}: ${reason}`);
  });
  page.setDefaultTimeout(15_000);
  return { page, complaints, close: () => context.close() };
}
