/** The server itself: what runs, on which database, behind which doors; and its settings. */
/** @jsxImportSource hono/jsx */
import { formatDuration, seconds } from "#base/time.ts";
import type { SettingView, SystemView } from "#features/overview/system-api.ts";
import { Coded } from "./coded.tsx";
import type { Frame } from "./frame.ts";
import { Head } from "./head.tsx";
import type { Html } from "./html.ts";
import { Columns, Panel } from "./panel.tsx";
import { Status } from "./status.tsx";
import { type Column, Table } from "./table.tsx";
import { lengthInWords, Time } from "./time.tsx";

export interface SystemProps {
  readonly frame: Frame;
  readonly system: SystemView;
  /** What limits requests, of the settings. */
  readonly limits: readonly SettingView[];
}

const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** `12.3 MiB`. */
export function sizeWords(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const n = bytes / 1_024 ** power;
  return `${power === 0 ? n : n.toFixed(1)} ${units[power]}`;
}

export function SystemPage({ frame, system, limits }: SystemProps): Html {
  const up = lengthInWords(seconds(system.uptimeSeconds)) ?? "less than a second";
  return (
    <>
      <Head
        title="System"
        status={<Status of="Active" label="Healthy" />}
        help="health"
        lede={`Version ${system.version} has been up for ${up}, uses ${sizeWords(system.memoryBytes)} of memory, and its database answers.`}
      />
      <Columns
        main={
          <>
            <Panel title="Doors">
              <Table caption="Doors" rows={system.doors} columns={doorColumns} />
            </Panel>
            <Panel
              title="Limits"
              sub={
                <a class="a" href="/settings">
                  All settings
                </a>
              }
            >
              <Table caption="Limits" rows={limits} columns={settingColumns} />
            </Panel>
          </>
        }
        aside={
          <>
            <Panel title="Build">
              <dl class="facts">
                <dt>Version</dt>
                <dd>{system.version}</dd>
                <dt>Commit</dt>
                <dd class="mono">{system.commit}</dd>
                <dt>Built</dt>
                <dd>{system.buildTime}</dd>
                <dt>Runtime</dt>
                <dd>{system.runtime}</dd>
                <dt>Started</dt>
                <dd>
                  <Time at={system.startedAt} now={frame.now} />
                </dd>
                <dt>Uptime</dt>
                <dd>{formatDuration(seconds(Math.round(system.uptimeSeconds)))}</dd>
              </dl>
            </Panel>
            <Panel title="Database">
              <dl class="facts">
                <dt>Engine</dt>
                <dd>{`${system.database.engine} ${system.database.version}`}</dd>
                <dt>Size</dt>
                <dd>{sizeWords(system.database.sizeBytes)}</dd>
                <dt>Migrations</dt>
                <dd>{`${system.database.migrations}, the last ${system.database.lastMigration}`}</dd>
              </dl>
            </Panel>
            <Panel title="For machines">
              <ul class="pb links">
                {machinePages.map(([href, words]) => (
                  <li>
                    <a class="a" href={href}>
                      {words}
                    </a>
                  </li>
                ))}
              </ul>
            </Panel>
          </>
        }
      />
    </>
  );
}

const machinePages = [
  ["/health", "Liveness"],
  ["/ready", "Readiness"],
  ["/api/v1/metrics", "Metrics as JSON"],
  ["/api/v1/metrics/prometheus", "Metrics for Prometheus"],
] as const;

const doorColumns: readonly Column<SystemView["doors"][number]>[] = [
  { title: "Door", cell: (it) => <b class="n">{it.name}</b> },
  {
    title: "Port",
    cell: (it) => (it.port === 0 ? "switched off" : String(it.port)),
  },
  { title: "Serves", class: "w", cell: (it) => it.serves },
];

export interface SettingsProps {
  readonly settings: readonly SettingView[];
}

export function SettingsPage({ settings }: SettingsProps): Html {
  const own = settings.filter((it) => it.source !== "default").length;
  return (
    <>
      <Head
        title="Settings"
        help="setting"
        lede={`${own} of ${settings.length} settings are set here; the others have their default. They are changed where they are set: in the environment, the configuration file or a credential.`}
      />
      <Table caption="Settings" rows={settings} columns={settingColumns} />
    </>
  );
}

const effects: Readonly<Record<SettingView["effect"], string>> = {
  restart: "at the next start",
  reload: "at SIGHUP or the next start",
  "first start": "only while the data directory is new",
};

const settingColumns: readonly Column<SettingView>[] = [
  {
    title: "Setting",
    cell: (it) => (
      <>
        <code class="n">{it.key}</code>
        <span class="sub">
          <Coded text={it.summary} />
        </span>
      </>
    ),
  },
  {
    title: "Value",
    class: "w",
    cell: (it) => (
      <>
        {it.value === null ? (
          <span class="sub">{it.isSecret && it.isSet ? "set, and not shown" : "not set"}</span>
        ) : (
          <code dir="auto">{it.value}</code>
        )}
      </>
    ),
  },
  {
    title: "From",
    cell: (it) => (
      <>
        {it.source}
        <span class="sub">{`counts ${effects[it.effect]}`}</span>
      </>
    ),
  },
];
