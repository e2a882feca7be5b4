/** Owners: who answers for certificates. */
/** @jsxImportSource hono/jsx */
import { ownersApi } from "#features/ownership/api.ts";
import { OwnerView } from "#features/ownership/ownership.ts";
import type { Crud } from "../crud/kind.ts";
import { Ref } from "../reference.tsx";

export const ownerKind: Crud<OwnerView, undefined> = {
  api: ownersApi,
  path: "/owners",
  one: "owner",
  many: "Owners",
  icon: "circle-user",
  view: OwnerView,
  references: { teamId: "team" },
  purpose:
    "Who answers for a certificate: a person or a group with an address, asked when something is wrong with it.",
  folded: [],
  by: "owner",
  filter: "owner_id",
  verbs: ["belong to this owner", "belongs to this owner"],
  takesEffect:
    "They show the new name and address at once. The team of each certificate is its own, and stays.",
  under: (it) => it.email,
  columns: ({ names }) => [
    { title: "Team", cell: (it) => <Ref kind="team" id={it.teamId} names={names} /> },
  ],
  state: () => null,
  before: () => null,
  after: () => null,
  facts: (it, { names }) => (
    <>
      <dt>E-mail</dt>
      <dd dir="auto">
        <a class="a" href={`mailto:${it.email}`}>
          {it.email}
        </a>
      </dd>
      <dt>Team</dt>
      <dd>
        <Ref kind="team" id={it.teamId} names={names} />
      </dd>
    </>
  ),
  blockers: () => [],
};
