/** `certctl serve`: runs until told to stop; a second signal stops at once; SIGHUP rereads certificates. */
import { resolve } from "node:path";
import { openLog } from "#server/log.ts";
import { requireStartable } from "../compose.ts";
import { type RunningServer, startServer } from "../serve.ts";
import { configure } from "./settings.ts";
import { UsageError } from "./usage.ts";

export async function serve(argv: readonly string[]): Promise<number> {
  const { config, rest, warn } = configure(argv);
  const check = rest.includes("--check");
  const unknown = rest.find((it) => it !== "--check");
  if (unknown !== undefined) throw new UsageError(`serve knows no ${unknown}`);
  const log = openLog(config.logLevel, config.logFormat);
  warn(log);
  if (check) {
    requireStartable(config);
    process.stdout.write("the configuration is valid\n");
    return 0;
  }
  const stopped = Promise.withResolvers<number>();
  const server = await startServer(config, log, (error) => {
    // A COMMIT that failed for I/O left the file in doubt: end, so that a restart recovers what is durable.
    log.error(
      { err: error },
      "the database cannot be trusted any more; ending so that a restart recovers",
    );
    stopped.resolve(70);
  });
  greet(server, config.dataDir);
  log.info({ url: server.addresses.https, data_dir: config.dataDir }, "serving");
  watchSignals(server, stopped.resolve);
  const status = await stopped.promise;
  await server.stop(config.shutdownTimeout);
  log.info({ status }, "stopped");
  return status;
}

function watchSignals(server: RunningServer, stop: (status: number) => void): void {
  const { log } = server.world;
  let asked = false;
  const onStop = () => {
    if (asked) process.exit(130);
    asked = true;
    log.info({}, "stopping: what runs is finished; another signal stops at once");
    stop(0);
  };
  process.on("SIGTERM", onStop);
  process.on("SIGINT", onStop);
  process.on("SIGHUP", () => {
    server.reload().then(
      () => log.info({}, "the server's certificate was reread"),
      (error: unknown) =>
        log.error({ err: error }, "could not reread the certificate; the old one stays"),
    );
  });
}

/** What a person needs, on standard output; the log goes to standard error. */
function greet(server: RunningServer, dataDir: string): void {
  const { https, http } = server.addresses;
  const lines = [
    `certctl is serving ${https} (plain: ${http})`,
    `CA fingerprint (SHA-256): ${server.caFingerprint}`,
  ];
  if (server.setupCode !== undefined) {
    lines.push(
      `No administrator yet. Open ${https}/setup and give this code, once: ${server.setupCode}`,
      // In full: the default is relative, and whoever runs it may stand elsewhere.
      `or run: certctl setup --data-dir ${quoted(resolve(dataDir))} --admin NAME --password-stdin`,
    );
  }
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** As a shell reads it. */
const quoted = (text: string): string =>
  /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
