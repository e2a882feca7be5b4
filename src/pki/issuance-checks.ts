/**
 * Everything that is refused before a CA key is used, as one table of pure rules. Malformed keys, broken signature
 * hashes and failed proofs of possession never come this far: reading the request has refused them.
 */
import { Problem } from "#base/problem.ts";
import type {
  Complaint,
  IssuanceContext,
  IssuanceRequest,
  NamedRequest,
  NamesContext,
  Rule,
} from "./issuance-rule.ts";
import { keyRules, validityRules } from "./key-rules.ts";
import { subjectAltNameRules, subjectRules } from "./name-rules.ts";
import { requestedRules, usageRules } from "./usage-rules.ts";

/** All rules, in the order in which they are applied. */
export const issuanceRules: readonly Rule[] = [
  ...keyRules,
  ...subjectRules,
  ...subjectAltNameRules,
  ...requestedRules,
  ...usageRules,
  ...validityRules,
];

export interface Finding extends Complaint {
  /** The id of the rule. */
  readonly rule: string;
}

/** What must be put right before a certificate is signed; empty when nothing. */
export function runChecks(request: IssuanceRequest, context: IssuanceContext): readonly Finding[] {
  const findings: Finding[] = [];
  for (const rule of issuanceRules) {
    for (const complaint of rule.check(request, context))
      findings.push({ rule: rule.id, ...complaint });
  }
  return findings;
}

/** What is wrong with names for which nobody has made a key yet; empty when nothing. */
export function runNameChecks(request: NamedRequest, context: NamesContext): readonly Finding[] {
  return [...subjectRules, ...subjectAltNameRules].flatMap((rule) =>
    rule.check(request, context).map((complaint) => ({ rule: rule.id, ...complaint })),
  );
}

/** The Problem of a refusal, with every finding at its place. */
export function refusal(findings: readonly Finding[]): Problem {
  const [first] = findings;
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : "";
  return new Problem("refused", `${first?.message ?? "the request was refused"}${more}`, {
    errors: findings.map(({ path, message }) => ({ path, message })),
    extra: { rules: [...new Set(findings.map(({ rule }) => rule))] },
  });
}
