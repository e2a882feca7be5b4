/** What happened, newest first, in few words. */
/** @jsxImportSource hono/jsx */
import type { z } from "zod";
import { contracts } from "#features/apis.ts";
import type { AuditView } from "#features/audit/event.ts";
import type { Html } from "./html.ts";
import { Icon, type IconName } from "./icon.tsx";
import { dateOf, shortly } from "./time.tsx";

export interface AuditFeedProps {
  readonly events: readonly z.output<typeof AuditView>[];
}

const icons: readonly (readonly [RegExp, IconName])[] = [
  [/renew/, "refresh-cw"],
  [/deploy|redeploy|install/, "rocket"],
  [/seen|validate|verif/, "eye"],
  [/issue|create/, "file-badge"],
  [/revoke/, "ban"],
  [/archive/, "archive"],
  [/approve|reject/, "stamp"],
  [/update|assign/, "pencil"],
  [/export/, "download"],
  [/delete|retire/, "trash-2"],
];

export const iconOf = (action: string): IconName =>
  icons.find(([pattern]) => pattern.test(action))?.[1] ?? "scroll-text";

/** What the server does by itself. */
const ownWords: Readonly<Record<string, string>> = {
  certificate_issue_failed: "An issuance failed",
  certificate_issued: "Issued",
  certificate_renewed: "Renewed",
};

/** The operation's own words, where it is one. */
export const actionWords = (action: string): string =>
  contracts.find((it) => it.name === action)?.summary.split(/[:;]/)[0] ??
  ownWords[action] ??
  action;

/** On the page of the thing itself, what happened to it: `Archived`, `Renewal started`. */
export function pastWords(action: string): string {
  const done = contracts.find((it) => it.name === action)?.done ?? "";
  const [, own] = /^\{\} was (.+)$/.exec(done) ?? [];
  const [, what, happened] = /^(?:The|A) (.+?)(?: of \{\})? (?:was|were) (.+)$/.exec(done) ?? [];
  const words = own ?? (what === undefined ? undefined : `${what} ${happened}`);
  return words === undefined
    ? actionWords(action)
    : words.slice(0, 1).toUpperCase() + words.slice(1);
}

export function AuditFeed({ events }: AuditFeedProps): Html {
  if (events.length === 0) return <p class="pb text-muted">Nothing is on record.</p>;
  return (
    <ol class="feed dated">
      {events.map((it) => (
        <li>
          <time datetime={new Date(it.timestamp).toISOString()} title={shortly(it.timestamp)}>
            {`${dateOf(it.timestamp).replace(/ \d+$/, "")}, ${shortly(it.timestamp).slice(-9, -4)}`}
          </time>
          <Icon name={iconOf(it.action)} class={it.outcome === "success" ? "" : "bad"} />
          <span dir="auto">
            <b>{pastWords(it.action)}</b>
            {` by ${it.actor}`}
            {it.outcome === "success" ? "" : `, ${it.outcome}`}
          </span>
        </li>
      ))}
    </ol>
  );
}
