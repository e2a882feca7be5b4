/** `certctl bench`: what this machine does; prints a table, or JSON with `--json`. */
import { benchAgents } from "./bench/agents.ts";
import { agentsHelper } from "./bench/agents-helper.ts";
import { benchIssue } from "./bench/issue.ts";
import { benchList } from "./bench/list.ts";
import { benchPages } from "./bench/pages.ts";
import { benchSeed } from "./bench/seed.ts";
import { UsageError } from "./usage.ts";

type Bench = (argv: readonly string[]) => Promise<number>;

const benches: Readonly<Record<string, Bench>> = {
  seed: benchSeed,
  issue: benchIssue,
  list: benchList,
  agents: benchAgents,
  pages: benchPages,
};

export async function bench(argv: readonly string[]): Promise<number> {
  const [name = "", ...rest] = argv;
  // Started by `bench agents` alone, and so not in the list.
  const found = name === "agents-helper" ? agentsHelper : benches[name];
  if (!found) throw new UsageError(`bench what? One of: ${Object.keys(benches).join(", ")}`);
  return await found(rest);
}
