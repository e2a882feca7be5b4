/** Where a form leads when its operation succeeded: to the thing. Every other operation goes back to the page it came from. */

/** The values of the output and input by wire name; the output wins. */
export type Result = Readonly<Record<string, unknown>>;

const destinations: Readonly<Record<string, (it: Result) => string | undefined>> = {
  "certificates.create": (it) => thing("certificates", it["id"]),
  "certificates.bulk-renew": (it) => thing("jobs", it["job_id"]),
  "certificates.bulk-reassign": (it) => thing("jobs", it["job_id"]),
  "certificates.bulk-tag": (it) => thing("jobs", it["job_id"]),
  "certificates.bulk-archive": (it) => thing("jobs", it["job_id"]),
  "targets.create": (it) => thing("targets", it["id"]),
  "targets.delete": () => "/targets",
  "issuers.create": (it) => thing("issuers", it["id"]),
  "issuers.delete": () => "/issuers",
  "teams.create": () => "/teams",
  "teams.delete": () => "/teams",
  "owners.create": () => "/owners",
  "owners.delete": () => "/owners",
  "profiles.create": (it) => thing("profiles", it["id"]),
  "profiles.delete": () => "/profiles",
  "renewal_policies.create": (it) => thing("policies", it["id"]),
  "renewal_policies.delete": () => "/policies",
  "users.create": () => "/users",
  "users.update": () => "/users",
};

export function destinationOf(operation: string, result: Result): string | undefined {
  return destinations[operation]?.(result);
}

function thing(path: string, id: unknown): string | undefined {
  return typeof id === "string" ? `/${path}/${encodeURIComponent(id)}` : undefined;
}
