/** The configuration keys that file-based targets share, in the seeds' spelling. */
import { z } from "zod";
import { type Milliseconds, minutes, parseDuration, seconds } from "#base/time.ts";
import type { Endpoint } from "../host.ts";
import type { Judgement } from "./target.ts";

/** An absolute path in its shortest form: no `..`, no `//`, no trailing slash, no control characters. */
export const FilePath = z
  .string()
  .max(1_024)
  .superRefine((path, context) => {
    const message = pathProblem(path);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  })
  .meta({ title: "File", examples: ["/etc/ssl/site.pem"] });

export function pathProblem(path: string): string | undefined {
  if (!path.startsWith("/")) return "must be an absolute path";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u001f\u007f]/.test(path)) return "must not contain control characters";
  const parts = path.slice(1).split("/");
  if (parts.some((part) => part === ".." || part === ".")) return "must not contain . or ..";
  if (parts.includes("")) return "must name a file, without // and without a trailing /";
  return undefined;
}

/** `0640` or `640`; setuid, setgid and sticky bits make no sense on a certificate. */
export const FileMode = z
  .string()
  .regex(/^0?[0-7]{3}$/, "must be an octal mode such as 0644")
  .refine((text) => (modeOf(text) & 0o022) === 0, "must not let group or others write")
  .meta({ title: "Mode", examples: ["0644"] });

/** The mode of a file that holds a private key. */
export const KeyFileMode = FileMode.refine(
  (text) => (modeOf(text) & 0o007) === 0,
  "must not let others read a private key",
).meta({ title: "Mode", examples: ["0600"] });

export const modeOf = (text: string): number => Number.parseInt(text, 8);

/** A user or group: a name or a number. */
export const Principal = z
  .string()
  .regex(/^([a-z_][a-z0-9_.-]{0,31}\$?|[0-9]{1,10})$/i, "must be a user or group name or number");

/** `10s`, `1m30s`, or whole seconds; milliseconds inside. */
export const Duration = z
  .union([z.string(), z.number().nonnegative()])
  .transform((input, context): Milliseconds => {
    const text = typeof input === "number" ? `${input}s` : input;
    // A bare zero is how the reference's clients write "no wait".
    const parsed = text === "0" ? 0 : parseDuration(text);
    if (parsed !== undefined && parsed <= 3_600_000) return parsed;
    const message = "must be a duration of at most an hour such as 10s or 1m30s";
    context.issues.push({ code: "custom", message, input });
    return z.NEVER;
  });

/** `host:port` or `[address]:port`: a port that is not said is one that nobody meant to have looked at. */
export const EndpointText = z
  .string()
  .max(300)
  .refine(
    (text) => parseEndpoint(text) !== undefined,
    "must be host:port, such as site.example.com:443 or [::1]:8443",
  );

export function parseEndpoint(text: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9_.-]+)):([0-9]{1,5})$/i.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? 0);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

/** Keys for looking at what is served, for backups, and for what to do when nothing can be seen. */
export const afterwards = {
  post_deploy_verify: z
    .strictObject({
      enabled: z.boolean().default(true).meta({ title: "Look at the served certificate" }),
      endpoint: EndpointText.meta({ title: "Endpoint", examples: ["127.0.0.1:443"] }),
      server_name: z
        .hostname()
        .optional()
        .meta({ title: "Server name (SNI)", description: "Default: a name of the certificate." }),
      timeout: Duration.default(seconds(10)).meta({ title: "Time-out of one handshake" }),
    })
    .optional()
    .meta({ title: "Verification" }),
  post_deploy_verify_attempts: z.int().min(1).max(100).default(3).meta({
    title: "Attempts",
    description:
      "With the waits below this is how long the new certificate may take to appear; the agent looks more often than that.",
  }),
  post_deploy_verify_backoff: Duration.default(seconds(2)).meta({
    title: "Wait after the first attempt, doubled after each",
  }),
  post_deploy_verify_max_backoff: Duration.default(seconds(16)).meta({ title: "Longest wait" }),
  on_unseen: z.enum(["keep", "rollback"]).default("keep").meta({
    title: "When the new certificate is not seen",
    description:
      "Where the old certificate had been seen, the deployment is always rolled back. This is for all other cases.",
  }),
  backup_retention: z.int().min(-1).max(100).default(3).meta({
    title: "Backups to keep",
    description: "-1 keeps none; 0 is the default of 3.",
  }),
};

type Afterwards = z.output<z.ZodObject<typeof afterwards>>;

/** `on_unseen: rollback` without an endpoint would roll every deployment back. */
export function checkAfterwards(
  config: Pick<Afterwards, "on_unseen" | "post_deploy_verify">,
  context: z.core.$RefinementCtx,
): void {
  if (config.on_unseen === "keep" || config.post_deploy_verify?.enabled === true) return;
  context.addIssue({
    code: "custom",
    path: ["on_unseen"],
    message: "rollback needs post_deploy_verify, or nothing can ever be seen",
  });
}

export function judgementOf(config: Afterwards): Judgement {
  return {
    endpoints: endpointsOf(config),
    patience: patienceOf(config),
    onUnseen: config.on_unseen,
    backups: backupsOf(config.backup_retention),
  };
}

function endpointsOf({ post_deploy_verify: verify }: Afterwards): readonly Endpoint[] {
  const address = verify?.enabled === true ? parseEndpoint(verify.endpoint) : undefined;
  if (verify === undefined || address === undefined) return [];
  return [{ ...address, serverName: verify.server_name, timeout: verify.timeout }];
}

/** The sum of the waits: attempt, wait, attempt, doubled wait, … with a wait after the last, since a reload is asynchronous. */
function patienceOf(config: Afterwards): Milliseconds {
  let wait = config.post_deploy_verify_backoff;
  let total = 0;
  for (let attempt = 0; attempt < config.post_deploy_verify_attempts; attempt++) {
    total += Math.min(wait, config.post_deploy_verify_max_backoff);
    wait = Math.min(wait * 2, config.post_deploy_verify_max_backoff);
  }
  // An agent that waits longer has forgotten why; no reload takes this long.
  return Math.min(total, minutes(10));
}

function backupsOf(retention: number): number {
  if (retention === -1) return 0;
  return retention === 0 ? 3 : retention;
}
