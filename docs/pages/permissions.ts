/** The permissions page: roles, what each may do, and the operations behind every permission. */
import { type Access, type Permission, permissions, roleHas, roles } from "#base/permission.ts";
import { contracts } from "#features/apis.ts";
import { code, codes, page, table } from "./markdown.ts";

export function permissionsPage(): string {
  // Object.keys of a literal table gives its keys.
  const all = Object.keys(permissions) as Permission[];
  const matrix = all.map((it) => [
    code(it),
    ...roles.map((role) => (roleHas(role, it) ? "yes" : "")),
  ]);
  const behind = all.map((it) => [code(it), operationsOf(it)]);
  const others = (Object.keys(otherAccess) as (keyof typeof otherAccess)[]).map((it) => [
    otherAccess[it],
    operationsOf(it),
  ]);
  return page(
    "Permissions",
    "Deny by default. A role may be granted for all teams or for one; an operation of scope `team` then sees and changes that team's things only, and everything else is not there (404). An operation of scope `global` needs its permission for all teams.",
    "## Roles",
    table(["Permission", ...roles.map(code)], matrix),
    "## Operations",
    table(["Permission", "Operations"], behind),
    table(["Without a permission", "Operations"], others),
  );
}

const otherAccess = {
  self: "whoever is signed in",
  agent: "an agent, for its own work",
  public: "everybody",
} as const satisfies Record<Exclude<Access, Permission>, string>;

function operationsOf(access: Access): string {
  return codes(contracts.filter((it) => it.permission === access).map((it) => it.name)) || "none";
}
