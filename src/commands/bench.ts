/** `certctl bench`: what this machine does; prints a table, or JSON with `--json`. */
import { benchIssue } from "./bench/issue.ts";
import { benchList } from "./bench/list.ts";
import { benchSeed } from "./bench/seed.ts";
import { UsageError } from "./usage.ts";

type Bench = (argv: readonly string[]) => Promise<number>;

const benches: Readonly<Record<string, Bench>> = {
  seed: benchSeed,
  issue: benchIssue,
  list: benchList,
};

export async function bench(argv: readonly string[]): Promise<number> {
  const [name = "", ...rest] = argv;
  const found = benches[name];
  if (!found) throw new UsageError(`bench what? One of: ${Object.keys(benches).join(", ")}`);
  return await found(rest);
}
