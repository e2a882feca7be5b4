/** A state as a badge of text: its colour only repeats what the words say. */
/** @jsxImportSource hono/jsx */
import type { Html } from "./html.ts";

type Tone = "good" | "busy" | "warning" | "bad" | "quiet";

const tones: Readonly<Record<string, Tone>> = {
  Active: "good",
  Online: "good",
  Completed: "good",
  Deployed: "good",
  success: "good",
  done: "good",
  approved: "good",
  Pending: "busy",
  Running: "busy",
  AwaitingCSR: "busy",
  RenewalInProgress: "busy",
  testing: "busy",
  succeeded: "good",
  waiting: "busy",
  awaiting_approval: "warning",
  Paused: "warning",
  Expiring: "warning",
  AwaitingApproval: "warning",
  InstalledNotSeen: "warning",
  RolledBack: "warning",
  warning: "warning",
  Expired: "bad",
  Failed: "bad",
  Revoked: "bad",
  failed: "bad",
  failure: "bad",
  denied: "bad",
  rejected: "bad",
  Offline: "bad",
};

/** Where the words are not the name of the state with spaces. */
const words: Readonly<Record<string, string>> = {
  AwaitingCSR: "Waiting for the agent's request",
  AwaitingApproval: "Waiting for approval",
  InstalledNotSeen: "Installed, not seen",
  Superseded: "Replaced since",
  awaiting_approval: "Waiting for approval",
};

export function wordsOf(state: string): string {
  const plain = state.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words[state] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}

export function Status({ of }: { readonly of: string }): Html {
  return <span class={`status ${tones[of] ?? "quiet"}`}>{wordsOf(of)}</span>;
}
