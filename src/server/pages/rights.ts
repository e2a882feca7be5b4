/** Who may do what a page is there for, in words: what is missing, what the visitor has, and who has it. */
import type { Contract } from "#base/contract.ts";
import { type Permission, roleHas, roles } from "#base/permission.ts";
import { Problem } from "#base/problem.ts";
import type { Visit } from "./page.ts";

/** Throws `forbidden` where the visitor may not do it anywhere. */
export function requireRight(visit: Visit, contract: Contract | undefined): void {
  if (contract === undefined || visit.frame.may(contract)) return;
  const permission = contract.permission as Permission;
  const able = roles.filter((it) => roleHas(it, permission));
  const own = [...new Set(visit.actor.grants.map((it) => it.role))];
  const mine = own.length === 0 ? "you have no role" : `you have ${listed(own)}`;
  const everywhere = contract.scope === "team" ? "" : ", for all teams";
  const [what = ""] = contract.summary.split(/[:;(]/);
  throw new Problem(
    "forbidden",
    `“${what.trim()}” needs the permission ${permission}${everywhere}, which the ${able.length === 1 ? "role" : "roles"} ${listed(able)} ${able.length === 1 ? "has" : "have"}; ${mine}`,
  );
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
