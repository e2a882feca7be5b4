/** The rows of where a seeded installation has its certificates: placements, and deployments with what was seen. */
import { newId, type Random } from "#base/random.ts";
import type { Instant } from "#base/time.ts";
import {
  type Facts,
  factsOf,
  fingerprintOf,
  isDeployed,
  issuedAt,
  type Plan,
  type Row,
  targets,
} from "./seed-rows.ts";

export function* placementRows(plan: Plan): Iterable<Row<"certificate_targets">> {
  for (let i = 1; i <= plan.certificates; i++) {
    if (!isDeployed(i)) continue;
    yield {
      certificate_pk: plan.first.certificates + i,
      target_pk: plan.first.targets + 1 + (i % targets),
    };
  }
}

/** Of a hundred deployments three are not in use: one failed, one was undone, one nobody could look at. */
const outcomes: Readonly<Record<number, readonly [state: string, message: string | null]>> = {
  7: ["Failed", "the configuration test failed: cannot load certificate key"],
  8: ["RolledBack", "the reload failed, and what was there before was put back"],
  9: ["InstalledNotSeen", "the endpoint did not answer within 10 s"],
};

function outcomeOf(i: number, at: Instant, facts: Facts) {
  const [state, message] = outcomes[(i >> 2) % 100] ?? ["Deployed", null];
  const isWanted = facts.state !== "archived" && facts.state !== "revoked";
  if (state === "Deployed") {
    return {
      state,
      message,
      seen_at: at,
      seen_fingerprint: fingerprintOf(i),
      seen_chain: null,
      tls_version: "TLSv1.3",
      installed_at: at,
      in_use: isWanted ? (1 as const) : null,
    };
  }
  return {
    state,
    message,
    seen_at: null,
    seen_fingerprint: null,
    seen_chain: null,
    tls_version: null,
    installed_at: state === "InstalledNotSeen" ? at : null,
    in_use: isWanted ? (0 as const) : null,
  };
}

export function* deploymentRows(plan: Plan, random: Random): Iterable<Row<"deployments">> {
  const { first } = plan;
  for (let i = 1; i <= plan.certificates; i++) {
    if (!isDeployed(i)) continue;
    const facts = factsOf(plan, i);
    const at = issuedAt(plan, i, facts);
    yield {
      ...outcomeOf(i, at, facts),
      id: newId("dep", at, random),
      certificate_pk: first.certificates + i,
      version_pk: first.certificate_versions + i,
      target_pk: first.targets + 1 + (i % targets),
      created_at: at,
      updated_at: at,
    };
  }
}
