/** Targets: where certificates are installed. */
/** @jsxImportSource hono/jsx */
import { agentsApi } from "#features/agents/api.ts";
import { targetsApi } from "#features/targets/api.ts";
import type { TargetView } from "#features/targets/target.ts";
import { countOf } from "../count.ts";
import { Empty } from "../empty.tsx";
import type { Choices, Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { ListPage, type Rows } from "../list-page.tsx";
import { filterNames } from "../list-query.ts";
import { Status } from "../status.tsx";
import type { Column } from "../table.tsx";
import { Time } from "../time.tsx";

export interface TargetsProps extends Rows<TargetView> {
  readonly choices: Choices;
  /** The titles of the types. */
  readonly titles: ReadonlyMap<string, string>;
}

export function TargetsPage({ choices, titles, ...rows }: TargetsProps): Html {
  const { frame, list, query } = rows;
  const isNarrowed = filterNames(targetsApi.list).some((name) => query.get(name));
  return (
    <ListPage
      {...rows}
      title="Targets"
      lede={
        list.problem ? null : (
          <>
            <b>{countOf(list.total, "target")}</b>
            {isNarrowed ? matching(list.total) : purpose}
          </>
        )
      }
      create={{ contract: targetsApi.create, label: "New target" }}
      of={targetsApi.list}
      path="/targets"
      columns={columnsOf(frame, titles)}
      choices={choices}
      empty="No target matches."
      none={<NoTarget frame={frame} />}
      rowId={(it) => it.id}
    />
  );
}

const purpose = ": where agents install certificates, and look whether they are served.";
const matching = (n: number): string => (n === 1 ? " matches." : " match.");

function NoTarget({ frame }: { readonly frame: Frame }): Html {
  return (
    <Empty
      frame={frame}
      title="No target yet"
      text="A target says where a service keeps its certificate, how it is told to load it, and where the result can be seen."
      ways={[
        {
          icon: "server",
          title: "Describe a service",
          text: "NGINX or HAProxy: type, files and commands, then a dry run by the agent.",
          href: "/targets/new",
          action: "New target",
          needs: targetsApi.create,
        },
        {
          icon: "cpu",
          title: "Add an agent first",
          text: "A target is served by the agent on its machine.",
          href: "/agents/new",
          action: "Add agent",
          needs: agentsApi.createJoinToken,
        },
        {
          icon: "book-open",
          title: "Read how it works",
          text: "What a deployment does step by step, and what is undone when one fails.",
          href: "/docs/targets",
          action: "Open the manual",
        },
      ]}
    />
  );
}

const columnsOf = (frame: Frame, titles: TargetsProps["titles"]): readonly Column<TargetView>[] => [
  {
    title: "Target",
    sort: "name",
    cell: (it) => (
      <>
        <a class="n" href={`/targets/${it.id}`} dir="auto">
          {it.name}
        </a>
        <span class="sub">{titles.get(it.type) ?? it.type}</span>
      </>
    ),
  },
  { title: "State", label: false, cell: (it) => <UseState of={it} /> },
  {
    title: "Agent",
    cell: (it) => (
      <a href={`/agents/${it.agentId}`} dir="auto">
        {it.agentName}
      </a>
    ),
  },
  {
    title: "Last test",
    class: "w",
    cell: (it) => (
      <>
        <Status of={it.testStatus} label={testWords[it.testStatus]} />
        {it.lastTestedAt === null ? null : (
          <span class="sub">
            <Time at={it.lastTestedAt} now={frame.now} />
          </span>
        )}
      </>
    ),
  },
  { title: "Source", extra: true, cell: (it) => it.source },
  {
    title: "Added",
    sort: "created_at",
    class: "h",
    cell: (it) => <Time at={it.createdAt} now={frame.now} />,
  },
];

export const testWords: Readonly<Record<TargetView["testStatus"], string>> = {
  untested: "Not tested",
  testing: "Being tested",
  success: "Passed",
  failed: "Failed",
};

export function UseState({ of }: { readonly of: TargetView }): Html {
  if (of.retiredAt !== null) return <Status of="Retired" />;
  return of.enabled ? (
    <Status of="Active" label="Switched on" />
  ) : (
    <Status of="Archived" label="Switched off" />
  );
}
