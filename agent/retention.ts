/**
 * Which key pairs may go. Pure. The pair that was seen last stays, and what is newer; before the first is seen nothing goes.
 * Of those it superseded the youngest few stay for a redeployment until they expire or are revoked.
 */
import type { Instant } from "#base/time.ts";

export interface KeptVersion {
  readonly versionId: string;
  readonly created: Instant;
  /** When it was last seen at its targets. */
  readonly seen?: Instant | undefined;
  readonly issued: boolean;
  readonly notAfter?: Instant | undefined;
}

/** `versions` oldest first; the ids to remove. */
export function decideRemovals(
  versions: readonly KeptVersion[],
  rule: { readonly now: Instant; readonly keep: number; readonly revoked: ReadonlySet<string> },
): readonly string[] {
  const current = lastSeen(versions);
  if (current === undefined) return [];
  const superseded = versions.slice(0, versions.indexOf(current));
  const usable = superseded.filter(
    // notAfter is inclusive (RFC 5280 section 4.1.2.5).
    ({ issued, notAfter, versionId }) =>
      issued && !rule.revoked.has(versionId) && (notAfter === undefined || notAfter >= rule.now),
  );
  const kept = new Set(usable.slice(Math.max(0, usable.length - rule.keep)));
  return superseded.filter((version) => !kept.has(version)).map(({ versionId }) => versionId);
}

function lastSeen(versions: readonly KeptVersion[]): KeptVersion | undefined {
  let last: KeptVersion | undefined;
  for (const version of versions) {
    if (version.seen !== undefined && version.seen >= (last?.seen ?? 0)) last = version;
  }
  return last;
}
