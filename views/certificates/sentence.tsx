/** The state of a certificate in a sentence: what it is, until when, and what happens next. */
/** @jsxImportSource hono/jsx */
import type { Instant } from "#base/time.ts";
import type { CertificateView } from "#features/certificates/certificate.ts";
import type { Html } from "../html.ts";
import { Time } from "../time.tsx";

export interface SentenceProps {
  readonly of: CertificateView;
  readonly now: Instant;
}

export function Sentence({ of, now }: SentenceProps): Html {
  switch (of.status) {
    case "Pending":
      return <>It is being issued for the first time.</>;
    case "Active":
    case "Expiring":
      return (
        <>
          {"It is valid until "}
          <Time at={of.notAfter} now={now} />. <Renewal of={of} now={now} />
        </>
      );
    case "Expired":
      return (
        <>
          {"It expired "}
          <Time at={of.notAfter} now={now} />. <Renewal of={of} now={now} />
        </>
      );
    case "RenewalInProgress":
      return (
        <>
          {"It is being renewed. The present one stays in use and is valid until "}
          <Time at={of.notAfter} now={now} />.
        </>
      );
    case "Failed":
      return of.notAfter === null ? (
        <>It could not be issued.</>
      ) : (
        <>
          {"It could not be renewed. The present one stays in use and is valid until "}
          <Time at={of.notAfter} now={now} />. <Renewal of={of} now={now} />
        </>
      );
    case "Revoked":
      return (
        <>
          {"It was revoked "}
          <Time at={of.revokedAt} now={now} />
          {of.revocationReason ? `: ${of.revocationReason}` : ""}.
        </>
      );
    case "Archived":
      return (
        <>
          {"It was archived "}
          <Time at={of.archivedAt} now={now} />: it is neither renewed nor deployed.
        </>
      );
  }
}

function Renewal({ of, now }: SentenceProps): Html {
  if (of.renewAt === null) return <>It is not renewed by itself.</>;
  if (of.renewAt <= now) return <>Its renewal is due.</>;
  return (
    <>
      {"It is renewed by itself "}
      <Time at={of.renewAt} now={now} />.
    </>
  );
}
