/** Issuers. */
import { z } from "zod";
import { contract } from "#base/contract.ts";
import { crud } from "#base/crud.ts";
import { Id } from "#base/id.ts";
import { AuthorityView, IssuerFields, IssuerView } from "./issuer.ts";

export const issuersApi = crud({
  noun: "issuers",
  one: "issuer",
  read: "issuers:read",
  write: "issuers:write",
  scope: "shared",
  fields: IssuerFields,
  view: IssuerView,
  sorts: ["name", "created_at"],
  filters: z.strictObject({}),
});

export const issuerActionsApi = {
  test: contract({
    name: "issuers.test",
    summary: "Test the connection to an issuer",
    done: "{} was tested",
    method: "POST",
    path: "/api/v1/issuers/:id/test",
    permission: "issuers:write",
    scope: "shared",
    // Not in two halves: an account that the test makes at a CA is kept before the CA hears of it.
    effect: "direct",
    answer: "json",
    patience: 60_000,
    input: z.strictObject({ id: Id }),
    output: z.object({
      id: z.string(),
      status: z.enum(["success", "failed"]),
      message: z.string(),
    }),
    problems: ["not-found"],
    cli: { noun: "issuers", verb: "test", positional: "id" },
  }),
  authorities: contract({
    name: "issuers.authorities",
    summary: "List the authorities of an issuer, root first",
    method: "GET",
    path: "/api/v1/issuers/:id/intermediates",
    permission: "issuers:read",
    scope: "shared",
    effect: "read",
    answer: "json",
    input: z.strictObject({ id: Id }),
    output: z.object({ data: z.array(AuthorityView), total: z.int() }),
    problems: ["not-found"],
    cli: { noun: "issuers", verb: "authorities", positional: "id" },
  }),
};
