/** What can be done from anywhere, by the page on which it is done. What is done with one thing stands on its page. */
import type { Contract } from "#base/contract.ts";
import { accessApi } from "#features/access/api.ts";
import { ownApi } from "#features/access/own-api.ts";
import { agentsApi } from "#features/agents/api.ts";
import { auditApi } from "#features/audit/api.ts";
import { certificatesApi } from "#features/certificates/api.ts";
import { issuersApi } from "#features/issuers/api.ts";
import { ownersApi, teamsApi } from "#features/ownership/api.ts";
import { renewalPoliciesApi } from "#features/policies/api.ts";
import { profilesApi } from "#features/profiles/api.ts";
import { targetsApi } from "#features/targets/api.ts";
import { workApi } from "#features/work/api.ts";
import { bulkKinds, titleOf } from "#views/certificates/bulk-kinds.ts";
import type { IconName } from "#views/icons.ts";

export interface Task {
  /** Shown to whoever may call it; without one, to everybody. */
  readonly contract?: Contract;
  readonly label: string;
  readonly path: string;
  readonly icon: IconName;
  /** Other words that people look for it by. */
  readonly words?: string;
}

const plus = { icon: "plus" } as const;

export const tasks: readonly Task[] = [
  {
    ...plus,
    contract: certificatesApi.create,
    label: "New certificate",
    path: "/certificates/new",
    words: "order request issue enroll",
  },
  {
    ...plus,
    contract: agentsApi.createJoinToken,
    label: "Add an agent",
    path: "/agents/new",
    words: "new install invite join token",
  },
  { ...plus, contract: targetsApi.create, label: "New target", path: "/targets/new" },
  { ...plus, contract: issuersApi.create, label: "New issuer", path: "/issuers/new" },
  { ...plus, contract: profilesApi.create, label: "New profile", path: "/profiles/new" },
  {
    ...plus,
    contract: renewalPoliciesApi.create,
    label: "New renewal policy",
    path: "/policies/new",
  },
  { ...plus, contract: ownersApi.create, label: "New owner", path: "/owners/new" },
  { ...plus, contract: teamsApi.create, label: "New team", path: "/teams/new" },
  { ...plus, contract: accessApi.createUser, label: "New user", path: "/users/new" },
  { ...plus, contract: accessApi.createKey, label: "New API key", path: "/keys/new" },
  ...bulkKinds.map((kind) => ({
    contract: kind.of,
    label: titleOf(kind),
    path: kind.path,
    icon: kind.icon,
    words: `${kind.verb} bulk`,
  })),
  {
    contract: workApi.approve,
    label: "Approve or reject what waits for it",
    path: "/jobs?status=AwaitingApproval",
    icon: "badge-check",
    words: "approval jobs",
  },
  {
    contract: workApi.runSchedule,
    label: "Run a schedule now",
    path: "/schedules",
    icon: "circle-play",
  },
  {
    contract: accessApi.revokeKey,
    label: "Revoke an API key",
    path: "/keys",
    icon: "ban",
    words: "delete",
  },
  {
    contract: accessApi.updateUser,
    label: "Change what a user may do",
    path: "/users",
    icon: "user",
    words: "roles password disable sign in",
  },
  {
    contract: auditApi.export,
    label: "Export the audit trail",
    path: "/audit",
    icon: "download",
    words: "csv ndjson download",
  },
  {
    contract: ownApi.changePassword,
    label: "Your account and sessions",
    path: "/me",
    icon: "circle-user",
    words: "change password revoke end session permissions roles",
  },
  {
    contract: accessApi.signOut,
    label: "Sign out",
    path: "/me",
    icon: "log-out",
    words: "logout log off",
  },
  {
    label: "Theme: light",
    path: "/theme?set=light",
    icon: "sun",
    words: "appearance colours bright",
  },
  {
    label: "Theme: dark",
    path: "/theme?set=dark",
    icon: "moon",
    words: "appearance colours night",
  },
  {
    label: "Theme: as the system",
    path: "/theme?set=system",
    icon: "sun-moon",
    words: "appearance colours follows",
  },
  { label: "Keyboard", path: "/keyboard", icon: "keyboard", words: "keys shortcuts" },
  { label: "Manual", path: "/docs", icon: "book-open", words: "help documentation guide" },
  { label: "API reference", path: "/docs/api", icon: "terminal", words: "rest openapi" },
  { label: "About certctl", path: "/about", icon: "info", words: "version licences" },
];

/** Those a person may do and looks for; without a word only those that make something. */
export function tasksFor(may: (contract: Contract) => boolean, q: string): readonly Task[] {
  return tasks.filter(
    ({ contract, label, words = "", icon }) =>
      (contract === undefined || may(contract)) &&
      (q === "" ? icon === "plus" || contract === workApi.runSchedule : hasAll(label, words, q)),
  );
}

/** Every word of `q` stands in the label, or begins one of the other words. */
function hasAll(label: string, words: string, q: string): boolean {
  const others = words.toLowerCase().split(" ");
  return q
    .toLowerCase()
    .split(/\s+/)
    .every(
      (word) => label.toLowerCase().includes(word) || others.some((it) => it.startsWith(word)),
    );
}
