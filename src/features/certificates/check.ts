/** What an order would become, and everything that is wrong with it, before anybody makes a key or signs. */
import { type FieldError, invalid, Problem } from "#base/problem.ts";
import type { World } from "#jobs/world.ts";
import { keyText } from "#pki/algorithms.ts";
import { generalNameToText } from "#pki/subject-alt-name.ts";
import { type Context, requireTeam } from "../context.ts";
import { read } from "../handler.ts";
import { issuerById, signingHost, type UsableIssuer } from "../issuers/use.ts";
import { loadPolicy } from "../policies/index.ts";
import { renewAt } from "../policies/renewal-policy.ts";
import { loadProfile, type Profile } from "../profiles/index.ts";
import { certificatesApi } from "./api.ts";
import { type NewCertificate, usualKey } from "./certificate.ts";
import { checked, validityFor } from "./draft.ts";
import { readRequest, requireSameKey, requireUsableNames, wantedNames } from "./names.ts";
import { resolvePlacement } from "./placement-queries.ts";
import { listByCommonName } from "./search-queries.ts";

/** A rehearsal is no refusal: nothing is counted. */
const uncounted: Pick<World, "metrics">["metrics"] = {
  count: () => undefined,
  time: () => undefined,
};

export const check = read(certificatesApi.check, async (ctx, input) => {
  const problems: FieldError[] = [];
  const it = await resolve(ctx, input, problems);
  const { request, names, placement, issuer, profile, policy } = it;
  const holders = placement?.agentPks.length ?? 0;
  const targets = placement?.targetPks.length ?? 0;
  problems.push(...placeProblems(request !== undefined, holders, targets));
  if (names && !(issuer && profile)) {
    // What no certificate may be called is wrong under every issuer.
    const anywhere = async () => requireUsableNames(names, profile?.rules.commonNameInSans ?? true);
    await collector(problems)("sans", anywhere);
  }
  const rehearsal = issuer && profile && { issuer, profile, input, problems, names, request };
  const validity = rehearsal && (await validityOf(ctx, rehearsal));
  return {
    ...becoming(input, it),
    notBefore: validity?.notBefore ?? null,
    notAfter: validity?.notAfter ?? null,
    renewAt: validity && policy && !request ? renewAt(validity, policy.fields, 0) : null,
    usedBy: names ? await sameName(ctx, names.commonName) : [],
    problems,
  };
});

/** What is settled whatever is wrong with the rest. */
function becoming(input: NewCertificate, it: Resolved) {
  const { request, names, placement, profile } = it;
  return {
    commonName: names?.commonName ?? null,
    sans: names?.sans.map(generalNameToText) ?? [],
    keyAlgorithm: request ? keyText(request.key) : (input.keyAlgorithm ?? usualKey),
    isClientKey: request !== undefined,
    keyHolders: request ? 0 : (placement?.agentPks.length ?? 0),
    targets: placement?.targetPks.length ?? 0,
    requiresApproval: profile?.rules.requiresApproval ?? false,
  };
}

async function sameName(ctx: Context, commonName: string) {
  const rows = await listByCommonName(ctx.reader, commonName, ctx.scope);
  return rows.map((row) => ({ id: row.id, name: row.name, notAfter: row.not_after }));
}

type Resolved = Awaited<ReturnType<typeof resolve>>;

/** What the input names, as far as it is there. */
async function resolve(ctx: Context, input: NewCertificate, problems: FieldError[]) {
  const found = collector(problems);
  const request = await found("csr_pem", async () =>
    input.csrPem === undefined ? undefined : readRequest(input.csrPem),
  );
  if (request) {
    await found("key_algorithm", async () => requireSameKey(request, input.keyAlgorithm));
  }
  const names = await found("sans", async () => wantedNames(input, request));
  const placement = await found("target_ids", () => resolvePlacement(ctx, input));
  if (placement) await found("team_id", async () => requireTeam(ctx.scope, placement.teamPk));
  const issuer = await found("issuer_id", () => usableIssuer(ctx, input.issuerId));
  const profile = await found("certificate_profile_id", () =>
    loadProfile(ctx.reader, input.certificateProfileId, "certificate_profile_id"),
  );
  const policy = await found("renewal_policy_id", () =>
    loadPolicy(ctx.reader, input.renewalPolicyId, "renewal_policy_id"),
  );
  return { request, names, placement, issuer, profile, policy };
}

async function usableIssuer(ctx: Context, id: string): Promise<UsableIssuer> {
  const issuer = await issuerById(ctx, id);
  if (!issuer) throw invalid("issuer_id", `there is no issuer ${id}`);
  if (!issuer.enabled) throw invalid("issuer_id", `the issuer ${id} is disabled`);
  return issuer;
}

/** Runs a part; what it refuses is noted, so that the others are looked at as well. */
function collector(problems: FieldError[]) {
  return async <T>(path: string, part: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await part();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const errors = error.errors.length > 0 ? error.errors : [{ path, message: error.detail }];
      problems.push(...errors);
      return undefined;
    }
  };
}

function placeProblems(
  hasRequest: boolean,
  agents: number,
  targets: number,
): readonly FieldError[] {
  if (!hasRequest && agents === 0) {
    const message = "choose a target or an agent that makes the key, or give a signing request";
    return [{ path: "target_ids", message }];
  }
  if (hasRequest && targets > 0) {
    const message = "a key that the client holds cannot be deployed by an agent";
    return [{ path: "target_ids", message }];
  }
  return [];
}

interface Rehearsal {
  readonly issuer: UsableIssuer;
  readonly profile: Profile;
  readonly input: NewCertificate;
  readonly problems: FieldError[];
  readonly names: ReturnType<typeof wantedNames> | undefined;
  readonly request: ReturnType<typeof readRequest> | undefined;
}

/** By the same rules as the order itself; with a signing request all of them are run. */
async function validityOf(ctx: Context, it: Rehearsal) {
  const { issuer, profile, input, names, request } = it;
  const found = collector(it.problems);
  const host = await found("issuer_id", () => signingHost(ctx, issuer));
  const authority = host?.authority;
  const { rules } = profile;
  if (names) {
    await found("sans", async () =>
      requireUsableNames(names, rules.commonNameInSans, authority?.nameConstraints),
    );
  }
  const draft = { profile: rules, issuer, validitySeconds: input.validitySeconds ?? null };
  if (names && request) {
    const whole = { ...draft, names, request, orderId: "" };
    await found("csr_pem", async () =>
      checked({ clock: ctx.clock, metrics: uncounted }, whole, authority),
    );
  } else if (rules.maxTtlSeconds > 0 && (input.validitySeconds ?? 0) > rules.maxTtlSeconds) {
    const message = `is more than the ${rules.maxTtlSeconds} seconds that the profile allows`;
    it.problems.push({ path: "validity_seconds", message });
  }
  return validityFor(draft, authority, ctx.clock.now());
}
