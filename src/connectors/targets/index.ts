/** The registry of deployment targets: what a form, a contract or the agent needs to know about a kind. */
import { haproxyKind } from "./haproxy.config.ts";
import { nginxKind } from "./nginx.config.ts";
import type { Target, TargetKind } from "./target.ts";

export interface TargetEntry extends TargetKind {
  load(): Promise<Target>;
}

export const targets: readonly TargetEntry[] = [
  { ...nginxKind, load: async () => (await import("./nginx.ts")).nginx },
  { ...haproxyKind, load: async () => (await import("./haproxy.ts")).haproxy },
];

/** Without regard to case: the seeds write `nginx` and `NGINX`. */
export function findTarget(kind: string): TargetEntry | undefined {
  return targets.find((entry) => entry.kind.toLowerCase() === kind.toLowerCase());
}
