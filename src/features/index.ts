/** What the product does, in dependency order: the table of contents. A feature imports only from those above it. */
import type { JobKind } from "#jobs/job.ts";
import type { Recurring } from "#jobs/recurring.ts";
import type { Subscription } from "#jobs/tx.ts";
import type { Authenticator } from "./access/authenticate.ts";
import { accessFeature } from "./access/index.ts";
import { agents } from "./agents/index.ts";
import { approvedOperationJob, deferWith } from "./approvals/approval.ts";
import { audit } from "./audit/index.ts";
import { bulkJob } from "./bulk/job.ts";
import { certificates } from "./certificates/index.ts";
import { deployments } from "./deployments/index.ts";
import type { Feature, Operation } from "./handler.ts";
import { issuers } from "./issuers/index.ts";
import { type OverviewParts, overviewFeature } from "./overview/index.ts";
import { ownership } from "./ownership/index.ts";
import { policies } from "./policies/index.ts";
import { profiles } from "./profiles/index.ts";
import { savedViews } from "./saved-views/index.ts";
import { search } from "./search/index.ts";
import { targets } from "./targets/index.ts";
import { type WorkParts, workFeature } from "./work/index.ts";

export interface FeatureParts {
  readonly authType: "api-key" | "none";
  readonly authenticator: () => Authenticator;
  readonly timeouts: WorkParts["timeouts"];
  readonly overview: OverviewParts;
  /** Features beside ours: tests add one here and find it everywhere. */
  readonly more?: readonly Feature[];
}

export interface Product {
  readonly features: readonly Feature[];
  readonly operations: readonly Operation[];
  readonly kinds: ReadonlyMap<string, JobKind>;
  readonly subscriptions: readonly Subscription[];
  readonly recurring: readonly Recurring[];
  readonly approvedOperation: ReturnType<typeof approvedOperationJob>;
}

/** Composes the product. Lists that features need of one another are handed over as functions, read when used. */
export function compose(parts: FeatureParts): Product {
  const operations = new Map<string, Operation>();
  const kinds = new Map<string, JobKind>();
  const recurring: Recurring[] = [];
  const approvedOperation = approvedOperationJob({
    operations: () => operations,
    authenticator: parts.authenticator,
  });
  const bulkOperation = bulkJob({
    operations: () => operations,
    authenticator: parts.authenticator,
    defer: (world) => deferWith(world, approvedOperation),
  });
  const features: readonly Feature[] = [
    accessFeature(parts.authType),
    audit,
    { name: "approvals", operations: [], jobs: [approvedOperation] },
    { name: "bulk", operations: [], jobs: [bulkOperation] },
    ownership,
    profiles,
    policies,
    issuers,
    agents,
    targets,
    certificates,
    deployments,
    workFeature({
      kinds: () => kinds,
      recurring: () => recurring,
      timeouts: parts.timeouts,
    }),
    overviewFeature(parts.overview),
    search,
    savedViews,
    ...(parts.more ?? []),
  ];
  for (const feature of features) {
    for (const operation of feature.operations) operations.set(operation.contract.name, operation);
    for (const kind of feature.jobs ?? []) kinds.set(kind.kind, kind);
    recurring.push(...(feature.recurring ?? []));
  }
  return {
    features,
    operations: [...operations.values()],
    kinds,
    subscriptions: features.flatMap((feature) => feature.subscriptions ?? []),
    recurring,
    approvedOperation,
  };
}
