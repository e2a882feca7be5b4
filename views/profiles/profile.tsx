/** Profiles: what a certificate may be, rule by rule. */
/** @jsxImportSource hono/jsx */
import { profilesApi } from "#features/profiles/api.ts";
import { ProfileView } from "#features/profiles/profile.ts";
import type { Crud } from "../crud/kind.ts";
import type { Html } from "../html.ts";
import { Panel } from "../panel.tsx";
import { Status } from "../status.tsx";
import { keysInShort, keyWords, purposes, purposesInShort, validityWords } from "./words.ts";

export const profileKind: Crud<ProfileView, undefined> = {
  api: profilesApi,
  path: "/profiles",
  one: "profile",
  many: "Profiles",
  icon: "sliders-horizontal",
  view: ProfileView,
  references: {},
  purpose:
    "What a certificate may be: keys, purposes, validity. Every order is held against its profile before a CA key is used.",
  folded: ["allowed_key_algorithms", "must_staple", "common_name_in_sans", "allow_short_lived"],
  by: "profile",
  filter: "profile_id",
  verbs: ["use it", "uses it"],
  takesEffect:
    "What is issued stays as it is; each certificate is held against the new rules from its next renewal on.",
  under: (it) => it.description || null,
  columns: () => [
    { title: "State", label: false, cell: (it) => <State of={it} /> },
    { title: "Validity", cell: (it) => validityWords(it) },
    { title: "For", cell: (it) => purposesInShort(it.allowedEkus) },
    { title: "Keys", class: "w", cell: (it) => keysInShort(it.allowedKeyAlgorithms) },
  ],
  state: (it) => <State of={it} />,
  before: (it) => <Permits of={it} />,
  after: () => null,
  facts: (it) => (
    <>
      <dt>State</dt>
      <dd>{it.enabled ? "New orders may name it" : "New orders cannot name it"}</dd>
    </>
  ),
  blockers: () => [],
};

interface OfProfile {
  readonly of: ProfileView;
}

function State({ of }: OfProfile): Html {
  if (!of.enabled) return <Status of="Archived" label="Switched off" />;
  return of.requiresApproval ? (
    <Status of="awaiting_approval" label="Needs approval" />
  ) : (
    <Status of="Active" label="In use" />
  );
}

/** Every rule in its own words: what is not ruled is said as well. */
function Permits({ of }: OfProfile): Html {
  return (
    <Panel title="What it permits">
      {of.description === "" ? null : (
        <p class="pb pb-0" dir="auto">
          {of.description}
        </p>
      )}
      <dl class="facts">
        <dt>Keys</dt>
        <dd>
          <ul class="plain">
            {of.allowedKeyAlgorithms.map((it) => (
              <li>{keyWords(it)}</li>
            ))}
          </ul>
        </dd>
        <dt>Purposes</dt>
        <dd>
          <ul class="plain">
            {of.allowedEkus.map((it) => (
              <li>
                {purposes[it]} <span class="sub mono">{it}</span>
              </li>
            ))}
          </ul>
        </dd>
        <dt>Validity</dt>
        <dd>
          {`${validityWords(of)}. `}
          {of.allowShortLived
            ? "Less than an hour is allowed."
            : "Less than an hour is not allowed."}
        </dd>
        <dt>Common name</dt>
        <dd>
          {of.commonNameInSans
            ? "Must be one of the subjectAltNames."
            : "Need not be one of the subjectAltNames."}
        </dd>
        <dt>OCSP</dt>
        <dd>
          {of.mustStaple
            ? "Servers must staple a response (must-staple, RFC 7633)."
            : "Servers need not staple a response."}
        </dd>
        <dt>Approval</dt>
        <dd>
          {of.requiresApproval
            ? "Somebody else approves each order before it is issued."
            : "Orders are issued without approval."}
        </dd>
      </dl>
    </Panel>
  );
}
