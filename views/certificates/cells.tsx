/** How a certificate stands and how long it lives, as cells of a table. */
/** @jsxImportSource hono/jsx */
import type { Instant } from "#base/time.ts";
import type { CertificateView } from "#features/certificates/certificate.ts";
import type { Html } from "../html.ts";
import { Life, type LifeState } from "../life.tsx";
import { Status } from "../status.tsx";
import { dateOf, relative, shortly } from "../time.tsx";

interface CellProps {
  readonly of: CertificateView;
  readonly now: Instant;
}

export function Standing({ of, now }: CellProps): Html {
  return (
    <>
      <Status of={of.status} />
      <span class="sub" dir="auto">
        {reasonOf(of, now)}
      </span>
    </>
  );
}

/** Why it stands so, or what happens next. */
export function reasonOf(of: CertificateView, now: Instant): string {
  switch (of.status) {
    case "Pending":
      return "Being issued for the first time";
    case "RenewalInProgress":
      return "The present one stays in use";
    case "Failed":
    case "Expired":
      return of.failure ?? renewalOf(of, now);
    case "Active":
    case "Expiring":
      return renewalOf(of, now);
    case "Revoked":
      return [of.revocationReason, of.revokedAt === null ? null : dateOf(of.revokedAt)]
        .filter((it) => it !== null)
        .join(", ");
    case "Archived":
      return of.archivedAt === null ? "" : dateOf(of.archivedAt);
  }
}

function renewalOf({ renewAt }: CertificateView, now: Instant): string {
  if (renewAt === null) return "Not renewed by itself";
  return renewAt <= now ? "Its renewal is due" : `Renews ${relative(renewAt, now)}`;
}

const states: Partial<Record<CertificateView["status"], LifeState>> = {
  Expiring: "w",
  Failed: "w",
  Expired: "b",
  RenewalInProgress: "n",
  Revoked: "x",
  Archived: "x",
};

export const lifeStateOf = (of: CertificateView): LifeState => states[of.status] ?? "";

export function Expiry({ of, now }: CellProps): Html {
  const { notBefore, notAfter } = of;
  if (notBefore === null || notAfter === null) return <span class="sub">Not issued yet</span>;
  return (
    <div class="lt">
      <span>{relative(notAfter, now)}</span>
      <time class="sub" datetime={new Date(notAfter).toISOString()} title={shortly(notAfter)}>
        {dateOf(notAfter)}
      </time>
      <Life from={notBefore} to={notAfter} now={now} renewAt={of.renewAt} state={lifeStateOf(of)} />
    </div>
  );
}
