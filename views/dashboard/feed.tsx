/** What happened last, in words. */
/** @jsxImportSource hono/jsx */
import type { Happening } from "#features/overview/stats-api.ts";
import type { Html } from "../html.ts";
import { Icon, type IconName } from "../icon.tsx";
import { Panel } from "../panel.tsx";
import { wordsOf } from "../status.tsx";
import { shortly } from "../time.tsx";
import type { DashboardProps } from "./props.ts";

export function FeedPanel({ feed }: Pick<DashboardProps, "feed">): Html {
  return (
    <Panel
      title="Live"
      mark={<span class="dot" />}
      sub={
        <a class="sub" href="/audit">
          Audit
        </a>
      }
    >
      {feed.length === 0 ? <p class="pb text-muted">Nothing has happened yet.</p> : null}
      <ol class="feed" aria-live="off">
        {feed.slice(0, 12).map((it) => (
          <Line of={it} />
        ))}
      </ol>
    </Panel>
  );
}

interface Look {
  readonly icon: IconName;
  readonly bad?: boolean;
  readonly words: string;
}

const looks: Readonly<Record<string, Look>> = {
  "certificate.created": { icon: "file-plus", words: "ordered" },
  "certificate.issued": { icon: "file-badge", words: "issued" },
  "certificate.failed": { icon: "circle-x", bad: true, words: "could not be issued" },
  "certificate.changed": { icon: "pencil", words: "changed" },
  "certificate.placed": { icon: "server", words: "got other targets" },
  "certificate.expired": { icon: "hourglass", bad: true, words: "expired" },
  "certificate.archived": { icon: "archive", words: "archived" },
  "certificate.restored": { icon: "archive-restore", words: "taken out of the archive" },
  "deployment.seen": { icon: "eye", words: "seen" },
  "deployment.failed": { icon: "undo-2", bad: true, words: "not accepted" },
  "agent.joined": { icon: "cpu", words: "joined" },
  "agent.online": { icon: "cpu", words: "is back in touch" },
  "agent.offline": { icon: "unplug", bad: true, words: "has fallen silent" },
  "agent.retired": { icon: "power-off", words: "retired" },
  "key.revoked": { icon: "ban", words: "revoked" },
};

/** What is done to things that people keep. */
const deeds: Readonly<Record<string, Look>> = {
  created: { icon: "plus", words: "added" },
  changed: { icon: "pencil", words: "changed" },
  deleted: { icon: "trash-2", words: "deleted" },
  tested: { icon: "plug", words: "tested" },
};

interface Place {
  readonly path: string;
  /** Said before the name, where the name alone does not tell. */
  readonly kind?: string;
}

const places: Readonly<Record<string, Place>> = {
  certificate: { path: "/certificates" },
  agent: { path: "/agents" },
  job: { path: "/jobs" },
  target: { path: "/targets", kind: "Target" },
  issuer: { path: "/issuers", kind: "Issuer" },
  profile: { path: "/profiles", kind: "Profile" },
  policy: { path: "/policies", kind: "Renewal policy" },
  team: { path: "/teams", kind: "Team" },
  owner: { path: "/owners", kind: "Owner" },
  user: { path: "/users", kind: "User" },
  key: { path: "/keys", kind: "API key" },
};

function lookOf({ type, data }: Happening): Look {
  const known = looks[type];
  if (known) return known;
  const deed = deeds[type.slice(type.indexOf(".") + 1)];
  if (deed && data["status"] === "failed") {
    return { icon: "circle-x", bad: true, words: "failed its test" };
  }
  if (deed && !type.startsWith("job.")) return deed;
  const state = String(data["state"] ?? "");
  return {
    icon: state === "Failed" ? "circle-x" : "list-checks",
    bad: state === "Failed",
    words: state === "" ? type.replace(".", " ") : jobWords(data, state),
  };
}

const jobWords = (data: Happening["data"], state: string): string =>
  `${String(data["type"] ?? "job").toLowerCase()}: ${wordsOf(state).toLowerCase()}`;

/** Jobs that are about no one thing. */
const jobNames: Readonly<Record<string, string>> = {
  "bulk.operation": "Bulk work",
  "approvals.operation": "A request for approval",
};

function Line({ of }: { readonly of: Happening }): Html {
  const { icon, bad, words } = lookOf(of);
  const { subject, certificate, target, at } = of;
  const main = certificate ? { type: "certificate", ...certificate } : subject;
  const { path, kind } = places[main.type] ?? { path: "/jobs" };
  // Keys have no page of their own, and what was deleted has none any more.
  const isGone = of.type.endsWith(".deleted") || main.type === "key";
  return (
    <li id={`event-${of.position}`}>
      <time datetime={new Date(at).toISOString()} title={shortly(at)}>
        {new Date(at).toISOString().slice(11, 16)}
      </time>
      <Icon name={icon} class={bad ? "bad" : ""} />
      <span dir="auto">
        {kind === undefined ? "" : `${kind} `}
        <a href={isGone ? path : `${path}/${main.id}`}>
          <b>{jobNames[main.name] ?? main.name}</b>
        </a>
        {` ${words}`}
        {target ? ` on ${target.name}` : ""}
      </span>
    </li>
  );
}
