/** A process around `runCli`, as the executable's main is: for tests that need real pipes. */
import { runCli } from "#src/cli.ts";
import { environment, readTextFile } from "#src/config.ts";

const status = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: environment(),
  readFile: readTextFile,
  isTty: process.stdout.isTTY === true,
  columns: process.stdout.columns ?? 80,
  fetch,
});
process.exit(status);
