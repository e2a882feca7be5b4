/** A state as words with an icon; colour only where a person is needed. */
/** @jsxImportSource hono/jsx */
import type { Html } from "./html.ts";
import { Icon, type IconName } from "./icon.tsx";

type Look = readonly [style: string, icon: IconName];

const good: Look = ["st-active", "circle-check"];
const busy: Look = ["st-renewing", "refresh-cw"];
const waits: Look = ["st-pending", "clock"];
const warning: Look = ["st-expiring", "triangle-alert"];
const bad: Look = ["st-failed", "triangle-alert"];
const quiet: Look = ["st-archived", "archive"];
const plain: Look = ["st-pending", "circle-dashed"];

const looks: Readonly<Record<string, Look>> = {
  Active: good,
  Online: good,
  Completed: good,
  Deployed: good,
  success: good,
  done: good,
  approved: good,
  succeeded: good,
  Pending: waits,
  waiting: waits,
  AwaitingCSR: waits,
  Running: busy,
  RenewalInProgress: busy,
  testing: busy,
  Paused: ["st-pending", "circle-pause"],
  awaiting_approval: ["st-expiring", "stamp"],
  AwaitingApproval: ["st-expiring", "stamp"],
  Expiring: ["st-expiring", "hourglass"],
  InstalledNotSeen: ["st-expiring", "eye-off"],
  RolledBack: ["st-expiring", "undo-2"],
  warning,
  Expired: ["st-expired", "circle-x"],
  Failed: bad,
  failed: bad,
  failure: bad,
  denied: ["st-failed", "ban"],
  rejected: ["st-failed", "ban"],
  Revoked: ["st-revoked", "ban"],
  Offline: ["st-expired", "unplug"],
  Archived: quiet,
  Superseded: quiet,
  Retired: quiet,
  Cancelled: ["st-archived", "ban"],
  cancelled: ["st-archived", "ban"],
  skipped: ["st-archived", "chevron-right"],
};

/** Where the words are not the name of the state with spaces. */
const words: Readonly<Record<string, string>> = {
  RenewalInProgress: "Renewing",
  AwaitingCSR: "Waiting for the agent's request",
  AwaitingApproval: "Waiting for approval",
  InstalledNotSeen: "Installed, not seen",
  Superseded: "Replaced since",
  awaiting_approval: "Waiting for approval",
  untested: "Not tested",
};

export function wordsOf(state: string): string {
  const plainly = state.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words[state] ?? plainly.charAt(0).toUpperCase() + plainly.slice(1);
}

export interface StatusProps {
  readonly of: string;
  /** Other words for the same state. */
  readonly label?: string;
}

export function Status({ of, label }: StatusProps): Html {
  const [style, icon] = looks[of] ?? plain;
  return (
    <span class={`st ${style}`}>
      <Icon name={icon} />
      <span>{label ?? wordsOf(of)}</span>
    </span>
  );
}
