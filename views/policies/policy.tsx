/** Renewal policies: when a certificate renews, in words and examples. */
/** @jsxImportSource hono/jsx */
import { renewalPoliciesApi } from "#features/policies/api.ts";
import { defaultPolicy, RenewalPolicyView } from "#features/policies/renewal-policy.ts";
import type { Crud } from "../crud/kind.ts";
import type { Html } from "../html.ts";
import { Panel } from "../panel.tsx";
import { exactly, roughly } from "../span.ts";
import { type Column, Table } from "../table.tsx";
import {
  type Example,
  exampleOf,
  exampleSentence,
  lifetimes,
  renewsWhen,
  retries,
  shortLived,
  spread,
} from "./words.ts";

export const policyKind: Crud<RenewalPolicyView, undefined> = {
  api: renewalPoliciesApi,
  path: "/policies",
  one: "renewal policy",
  many: "Renewal policies",
  icon: "scale",
  view: RenewalPolicyView,
  references: {},
  purpose: `When a certificate renews, and how a failure is tried again. Without a policy: ${renewsWhen(defaultPolicy).toLowerCase()}.`,
  folded: ["max_retries", "retry_interval_seconds", "alert_thresholds_days"],
  by: "policy",
  filter: "renewal_policy_id",
  verbs: ["renew by it", "renews by it"],
  takesEffect:
    "When each renews was settled as it was issued: a change holds from its next renewal on. How failures are tried again changes with the next job.",
  under: () => null,
  columns: () => [
    { title: "Renews", width: "w-52", cell: (it) => renewsWhen(it) },
    { title: "After a failure", class: "h", cell: (it) => <Attempts of={it} /> },
    {
      title: "Example",
      class: "w",
      extra: true,
      cell: (it) => exampleSentence(it),
    },
  ],
  state: () => null,
  before: (it) => <Meaning of={it} />,
  after: () => null,
  facts: (it) => (
    <>
      <dt>Renews</dt>
      <dd>{renewsWhen(it)}</dd>
      <dt>Attempts</dt>
      <dd>{String(it.maxRetries + 1)}</dd>
      <dt>Warns</dt>
      <dd>{warnings(it)}</dd>
    </>
  ),
  blockers: () => [],
};

interface OfPolicy {
  readonly of: RenewalPolicyView;
}

const times = (n: number): string => (n === 1 ? "once more" : `${n} more times`);

const Attempts = ({ of }: OfPolicy): Html => (
  <span class="text-muted">
    {of.maxRetries === 0 ? "Not tried again" : `Tried ${times(of.maxRetries)}`}
  </span>
);

function warnings({ alertThresholdsDays }: RenewalPolicyView): string {
  if (alertThresholdsDays.length === 0) return "–";
  const sorted = [...alertThresholdsDays].sort((a, b) => b - a);
  return `${sorted.join(", ")} days before the end`;
}

function Meaning({ of }: OfPolicy): Html {
  const less = shortLived(of);
  return (
    <Panel title="What it means">
      <div class="pb grid gap-1.5">
        <p>
          <b class="font-medium">{exampleSentence(of)}</b>
        </p>
        {of.autoRenew ? <p>{spread}</p> : null}
        {less === undefined ? null : <p>{less}</p>}
        <p>{retries(of)}</p>
      </div>
      <Table
        caption="What it means for certificates of different lifetimes"
        rows={lifetimes.map((it) => exampleOf(of, it))}
        columns={columns}
      />
    </Panel>
  );
}

function renewal({ lifetime, after }: Example): string {
  if (after === null) return "Never by itself";
  return `After ${roughly(after)}, ${roughly(lifetime - after)} before its end`;
}

const columns: readonly Column<Example>[] = [
  { title: "A lifetime of", cell: (it) => <b class="n">{exactly(it.lifetime)}</b> },
  { title: "Renews", class: "w", cell: renewal },
  {
    title: "Shown as expiring",
    class: "w",
    cell: (it) => `${roughly(it.expiring)} before its end`,
  },
];
