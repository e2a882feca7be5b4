/** Every permission there is, and the roles that have it. `admin` has all of them. Deny by default. */

export const roles = ["viewer", "operator", "approver", "auditor", "admin"] as const;
export type Role = (typeof roles)[number];

const everyone = ["viewer", "operator", "approver", "auditor"] as const;
const operators = ["operator"] as const;
const administrators = [] as const;

/** Permission → roles beside `admin`. A role may be granted for one team only. */
export const permissions = {
  "certificates:read": everyone,
  "certificates:write": operators,
  "ownership:read": everyone,
  "ownership:write": operators,
  "teams:write": administrators,
  "profiles:read": everyone,
  "profiles:write": administrators,
  "policies:read": everyone,
  "policies:write": administrators,
  "issuers:read": everyone,
  "issuers:write": administrators,
  "agents:read": everyone,
  "agents:write": operators,
  "targets:read": everyone,
  "targets:write": operators,
  "jobs:read": everyone,
  "jobs:write": operators,
  "jobs:approve": ["approver"],
  "schedules:read": everyone,
  "schedules:run": operators,
  "audit:read": ["auditor"],
  "keys:read": administrators,
  "keys:write": administrators,
  "users:read": administrators,
  "users:write": administrators,
  "system:read": everyone,
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof permissions;

/** Who may call: a permission; anybody signed in (`self`); an agent with its own credential; anybody at all (`public`). */
export type Access = Permission | "self" | "agent" | "public";

export function roleHas(role: Role, permission: Permission): boolean {
  const holders: readonly Role[] = permissions[permission];
  return role === "admin" || holders.includes(role);
}
