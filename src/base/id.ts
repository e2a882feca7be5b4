/** Public ids: a readable prefix is what we generate, any `[a-z0-9][a-z0-9._-]{0,63}` is what we accept. */
import { z } from "zod";

/** The prefix of generated ids, one per kind of thing. */
export const prefixes = {
  certificate: "mc",
  version: "ver",
  issuer: "iss",
  authority: "ca",
  profile: "prof",
  renewalPolicy: "rp",
  agent: "ag",
  joinToken: "jt",
  target: "tgt",
  job: "job",
  owner: "o",
  team: "t",
  user: "u",
  apiKey: "key",
  session: "ses",
  approval: "apr",
  event: "evt",
  order: "ord",
  deployment: "dep",
  view: "view",
} as const;

export type Kind = keyof typeof prefixes;

/** The id of a thing as the outside knows it. A client may choose its own on create. */
export const Id = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,63}$/,
    "must be 1 to 64 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit",
  )
  .meta({ id: "Id", title: "Id" });
