/** What people look at, each as a page and as the read behind it, with the time that it may take. */
import { UsageError } from "../usage.ts";
import type { Wire } from "./wire.ts";

export interface Pair {
  readonly name: string;
  /** Milliseconds in which nineteen of twenty are answered. */
  readonly budget: number;
  readonly page: string;
  readonly api: readonly string[];
}

const usual = 50;
const dashboard = 150;

interface Rows {
  readonly data: readonly { readonly id: string; readonly common_name: string }[];
  readonly next_cursor: string | null;
}

/** The values come from the rows that are there. */
export async function readsOf(wire: Wire): Promise<readonly Pair[]> {
  const first = await rowsOf(wire, "per_page=50&cursor=");
  const sample = first.data.at(-1);
  if (!sample) throw new UsageError("bench: there are no certificates");
  const [host = ""] = sample.common_name.split(".");
  const serial = await serialOf(wire, sample.id);
  const listed = (name: string, query: string): Pair => ({
    name,
    budget: usual,
    page: `/certificates?${query}`,
    api: [`/api/v1/certificates?${query}`],
  });
  const both = (name: string, path: string): Pair => ({
    name,
    budget: usual,
    page: path,
    api: [`/api/v1${path}`],
  });
  return [
    listed("list", ""),
    listed("list, second page by cursor", `cursor=${first.next_cursor ?? ""}`),
    listed("search: a rare word", `q=${host}`),
    listed("search: a common word", "q=staging"),
    listed("search: two words", "q=billing%20seed-owner-11"),
    listed("search: a serial number's beginning", `q=${serial.slice(0, 12)}`),
    listed("filter: failed", "status=Failed"),
    listed("filter: active", "status=Active"),
    listed("filter: a team", "team_id=seed-team-7"),
    listed("filter: environment", "environment=staging"),
    listed("sort: by end", "sort=not_after"),
    listed("sort: by name", "sort=name"),
    listed("filter and sort: a team by end", "team_id=seed-team-7&sort=not_after"),
    both("detail", `/certificates/${sample.id}`),
    both("owners", "/owners"),
    both("an owner", "/owners/seed-owner-11"),
    both("teams", "/teams"),
    both("a team", "/teams/seed-team-7"),
    both("jobs", "/jobs"),
    both("jobs: failed", "/jobs?status=Failed"),
    both("audit", "/audit"),
    {
      name: "dashboard",
      budget: dashboard,
      page: "/",
      api: ["counts", "attention", "expiration-timeline", "issuers", "agents", "feed"].map(
        (it) => `/api/v1/stats/${it}`,
      ),
    },
  ];
}

async function rowsOf(wire: Wire, query: string): Promise<Rows> {
  const { status, body } = await wire.send("GET", `/api/v1/certificates?${query}`);
  if (status !== 200) throw new Error(`the list was answered ${status}: ${body}`);
  // What this executable's own server answers.
  return JSON.parse(String(body)) as Rows;
}

async function serialOf(wire: Wire, id: string): Promise<string> {
  const { body } = await wire.send("GET", `/api/v1/certificates/${id}/versions`);
  const { data } = JSON.parse(String(body)) as {
    readonly data: readonly { readonly serial_number: string }[];
  };
  const [version] = data;
  if (!version) throw new Error(`${id} has no version`);
  return version.serial_number;
}
