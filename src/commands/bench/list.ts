/** `certctl bench list`: the usual reads of a large installation, through REST on a real server: lists, filters, search. */
import { configure } from "../settings.ts";
import { UsageError } from "../usage.ts";
import { numbersOf } from "./arguments.ts";
import { percentile, print, round } from "./report.ts";
import { type MeasuredServer, startMeasured } from "./server.ts";
import { openWire, type Wire } from "./wire.ts";

interface Page {
  readonly data: readonly { readonly id: string; readonly common_name: string }[];
  /** Of a list. */
  readonly total?: number;
  readonly next_cursor: string | null;
}

const statuses = [
  "Active",
  "Expiring",
  "Expired",
  "RenewalInProgress",
  "Failed",
  "Revoked",
  "Archived",
  "Pending",
] as const;

export async function benchList(argv: readonly string[]): Promise<number> {
  const { config, rest } = configure(argv);
  const { numbers, json } = numbersOf(rest, { repeats: 20 });
  const databaseUrl = config.databaseUrl?.reveal();
  const server = await startMeasured({ dataDir: config.dataDir, databaseUrl });
  try {
    const wire = await openWire(server.endpoint);
    const rows = await measure(wire, numbers.repeats);
    wire.close();
    print({ title: "Reads through REST, one client", rows, notes: notesOf(server) }, json);
  } finally {
    await server.stop();
  }
  return 0;
}

function notesOf(server: MeasuredServer): readonly string[] {
  const { rssMegabytes, peakMegabytes } = server.usage();
  return [
    `From the start of the process to the first answer: ${round(server.startMilliseconds)} ms.`,
    `Server memory: ${round(rssMegabytes)} MB, at most ${round(peakMegabytes)} MB.`,
    "The first read of each kind is in `first ms`, not in the other figures.",
  ];
}

async function measure(wire: Wire, repeats: number) {
  const found: Record<string, string | number>[] = [];
  for (const [name, path] of await reads(wire)) {
    const timed: number[] = [];
    let page: Page | undefined;
    for (let i = 0; i <= repeats; i++) {
      const began = performance.now();
      page = await get(wire, path);
      timed.push(performance.now() - began);
    }
    const [first = 0, ...others] = timed;
    found.push({
      read: name,
      "p50 ms": round(percentile(others, 0.5)),
      "p95 ms": round(percentile(others, 0.95)),
      "max ms": round(Math.max(...others)),
      "first ms": round(first),
      matches: page?.total ?? page?.data.length ?? 0,
    });
  }
  return found;
}

/** What people and programs ask for. The values come from the rows that are there. */
async function reads(wire: Wire): Promise<readonly (readonly [string, string])[]> {
  const sample = (await get(wire, "?per_page=1&page=40")).data[0];
  if (!sample) throw new UsageError("there are fewer than 40 certificates; run bench seed first");
  const version = await versionOf(wire, sample.id);
  const [host = ""] = sample.common_name.split(".");
  return [
    ["first page", "?"],
    ["500 rows", "?per_page=500"],
    ["page 100", "?page=100"],
    ["by not_after", "?sort=not_after"],
    ["by -not_after", "?sort=-not_after"],
    ["by name", "?sort=name"],
    ["by common_name", "?sort=common_name"],
    ["by -updated_at", "?sort=-updated_at"],
    ["cursor, 40,000 deep", `?per_page=500&sort=not_after&cursor=${await deep(wire, 80)}`],
    ...statuses.map((it) => [`status ${it}`, `?status=${it}`] as const),
    ["status Expiring by not_after", "?status=Expiring&sort=not_after"],
    ["status Active by name", "?status=Active&sort=name"],
    ["environment", "?environment=staging"],
    ["owner", "?owner_id=seed-owner-7"],
    ["team", "?team_id=seed-team-7"],
    ["team by not_after", "?team_id=seed-team-7&sort=not_after"],
    ["issuer", "?issuer_id=iss-local"],
    ["agent", "?agent_id=seed-agent-7"],
    ["expires before", `?expires_before=${soon()}`],
    ["q: a host", `?q=${host}`],
    ["q: a common substring", "?q=staging"],
    ["q: two words", "?q=billing%20seed-owner-11"],
    ["q: two letters", "?q=au"],
    ["q: no hit", "?q=nothing-is-called-this"],
    ["q: id", `?q=${sample.id}`],
    ["q: serial number prefix", `?q=${version.serial_number.slice(0, 12)}`],
    ["q: fingerprint prefix", `?q=${version.fingerprint.slice(0, 12)}`],
    ...searches(sample.id, host, version.serial_number).map(
      ([name, q]) => [`everything: ${name}`, `/api/v1/search?q=${encodeURIComponent(q)}`] as const,
    ),
  ];
}

/** The search over everything, which the palette asks at every pause in typing. */
const searches = (id: string, host: string, serial: string) =>
  [
    ["one letter", host.slice(0, 1)],
    ["two letters", "au"],
    ["three letters", host.slice(0, 3)],
    ["a host", host],
    ["a common substring", "staging"],
    ["two words", "billing seed-owner-11"],
    ["no hit", "nothing-is-called-this"],
    ["an agent", "seed-agent-7"],
    ["id", id],
    ["serial number prefix", serial.slice(0, 12)],
  ] as const;

const soon = (): string => `${new Date(performance.timeOrigin + 864_000_000).toISOString()}`;

async function deep(wire: Wire, pages: number): Promise<string> {
  let cursor = "";
  for (let i = 0; i < pages; i++) {
    const next = (await get(wire, `?per_page=500&sort=not_after&cursor=${cursor}`)).next_cursor;
    if (next === null) break;
    cursor = next;
  }
  return cursor;
}

async function versionOf(wire: Wire, id: string) {
  const answer = await wire.send("GET", `/api/v1/certificates/${id}/versions`);
  const page = JSON.parse(String(answer.body)) as {
    data: readonly { serial_number: string; fingerprint: string }[];
  };
  const [version] = page.data;
  if (!version) throw new Error(`${id} has no version`);
  return version;
}

async function get(wire: Wire, query: string): Promise<Page> {
  const path = query.startsWith("/") ? query : `/api/v1/certificates${query}`;
  const { status, body } = await wire.send("GET", path);
  if (status !== 200) throw new Error(`GET ${path}: ${status} ${body}`);
  return JSON.parse(String(body)) as Page;
}
