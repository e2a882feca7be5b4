/** One search over everything a person may see, for those who know a name, an id, a serial number or a fingerprint. */
import { z } from "zod";
import { contract } from "#base/contract.ts";
import type { Permission } from "#base/permission.ts";

/** What can be found: who may see it, and where its pages are. In the order of an answer. */
export const foundKinds = {
  certificate: { permission: "certificates:read", path: "/certificates" },
  agent: { permission: "agents:read", path: "/agents" },
  target: { permission: "targets:read", path: "/targets" },
  issuer: { permission: "issuers:read", path: "/issuers" },
  profile: { permission: "profiles:read", path: "/profiles" },
  renewal_policy: { permission: "policies:read", path: "/policies" },
  owner: { permission: "ownership:read", path: "/owners" },
  team: { permission: "ownership:read", path: "/teams" },
  job: { permission: "jobs:read", path: "/jobs" },
  user: { permission: "users:read", path: "/users" },
  api_key: { permission: "keys:read", path: "/keys" },
} as const satisfies Record<string, { readonly permission: Permission; readonly path: string }>;

// Keys of a literal object are the names it was written with; an enum wants to know that there is one.
const kindNames = Object.keys(foundKinds) as [FoundKind, ...FoundKind[]];
export type FoundKind = keyof typeof foundKinds;
export const FoundKind = z.enum(kindNames);

export const Hit = z.object({
  type: FoundKind,
  id: z.string(),
  name: z.string(),
  status: z.string().nullable(),
  facts: z.array(z.string()).meta({ title: "Facts", description: "What tells it from the others" }),
  path: z.string().meta({ title: "Page" }),
});
export type Hit = z.output<typeof Hit>;

/** More than anybody reads of one kind; whoever wants all of a kind asks for its list. */
const most = 20;

export const searchApi = {
  find: contract({
    name: "search.find",
    summary: "Find anything by name, id, serial number or fingerprint",
    description:
      "Every word must occur. Certificates are found by their names and subjectAltNames, owner and tags, and by the first 8 or more hexadecimal digits of a serial number or fingerprint; jobs by their id; all else by name, id, address or host name. Kinds that the caller may not read are left out.",
    method: "GET",
    path: "/api/v1/search",
    permission: "self",
    scope: "team",
    effect: "read",
    answer: "json",
    input: z.strictObject({
      q: z.string().max(200).regex(/\S/, "must have a letter or digit").meta({ title: "Search" }),
      limit: z
        .int()
        .min(1)
        .max(most)
        .default(5)
        .meta({ title: "Limit", description: "Hits of each kind" }),
    }),
    output: z.object({
      data: z.array(Hit),
      more: z.array(FoundKind).meta({ title: "Kinds of which more was found than is shown" }),
    }),
    problems: [],
    cli: { noun: "search", verb: "find", positional: "q" },
  }),
};
