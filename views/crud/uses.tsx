/** How many certificates a thing has and how they stand, in words: every number leads to the list behind it. */
/** @jsxImportSource hono/jsx */
import type { Instant } from "#base/time.ts";
import type { CertificateView } from "#features/certificates/certificate.ts";
import type { Children, Html } from "../html.ts";
import { grouped } from "../list-table.tsx";
import { Status } from "../status.tsx";
import { relative } from "../time.tsx";
import { certificatesHref, type Uses } from "./kind.ts";

/** `41`, or `10,000 or more` where counting ended. */
export const upTo = (n: number, most: number): string =>
  n >= most ? `${grouped(most)} or more` : grouped(n);

interface UseProps {
  readonly of: { readonly filter: string };
  readonly id: string;
  readonly uses: Uses | undefined;
}

const statuses = [
  { key: "failed", status: "Failed", one: "fails", many: "fail" },
  { key: "expired", status: "Expired", one: "is expired", many: "are expired" },
  { key: "expiring", status: "Expiring", one: "ends soon", many: "end soon" },
] as const;

/** In a row of a list: how many there are. */
export function UseCount({ of, id, uses }: UseProps): Html {
  if (!uses) return <>–</>;
  const { counts, most } = uses;
  if (counts.used === 0) return <span class="text-muted">None</span>;
  return <a href={certificatesHref(of, id)}>{upTo(counts.used, most)}</a>;
}

/** In a row of a list: which of them need somebody. */
export function UseTrouble({ of, id, uses }: UseProps): Html {
  const said = statuses.filter(({ key }) => (uses?.counts[key] ?? 0) > 0);
  if (!uses || said.length === 0) return <span class="wide-only text-muted">–</span>;
  return (
    <span class="flex flex-wrap gap-1">
      {said.map(({ key, status, one, many }) => (
        <a href={certificatesHref(of, id, { status })}>
          <Status
            of={status}
            label={`${upTo(uses.counts[key], uses.most)} ${uses.counts[key] === 1 ? one : many}`}
          />
        </a>
      ))}
    </span>
  );
}

export interface UseSentenceProps extends UseProps {
  readonly of: { readonly filter: string; readonly verbs: readonly [string, string] };
  /** Those that end first. */
  readonly first: readonly CertificateView[];
  readonly now: Instant;
}

/** `3 of 41 certificates fail, 1 is expired; the next ends in 4 days.` */
export function UseSentence(props: UseSentenceProps): Html | null {
  const { of, id, uses, first, now } = props;
  if (!uses) return null;
  const { counts, most } = uses;
  if (counts.used === 0) {
    const verb = of.verbs[1];
    return (
      <>
        <b>{`No certificate ${verb}`}</b>
        {counts.archived > 0 ? ", but archived ones refer to it." : "."}
      </>
    );
  }
  const all = counts.used === 1 ? "1 certificate" : `${upTo(counts.used, most)} certificates`;
  const wrong = statuses.filter(({ key }) => counts[key] > 0);
  return (
    <>
      {wrong.length === 0 ? (
        <>
          <b>
            <To href={certificatesHref(of, id)}>{all}</To>
            {` ${of.verbs[counts.used === 1 ? 1 : 0]}`}
          </b>
          {counts.used === 1 ? ", and it needs nobody" : ", and none of them needs anybody"}
        </>
      ) : null}
      {wrong.map(({ key, status, one, many }, at) => (
        <>
          {at === 0 ? "" : ", "}
          <b>
            <To href={certificatesHref(of, id, { status })}>{upTo(counts[key], most)}</To>
            {at === 0 ? ` of ${all}` : ""}
            {` ${counts[key] === 1 ? one : many}`}
          </b>
        </>
      ))}
      {nextEnd(first, now)}
    </>
  );
}

const To = ({ href, children }: { readonly href: string; readonly children?: Children }): Html => (
  <a class="a" href={href}>
    {children}
  </a>
);

/** The first that ends of those that are alive, where it is among the first. */
function nextEnd(first: readonly CertificateView[], now: Instant): string {
  const next = first.find((it) => it.notAfter !== null && it.notAfter >= now && !it.revokedAt);
  return next?.notAfter == null ? "." : `; the next ends ${relative(next.notAfter, now)}.`;
}
