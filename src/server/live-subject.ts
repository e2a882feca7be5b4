/** Which events concern a page: everything for the first page, those of its things for a list, those of one thing for its page. */
import type { EventType } from "#base/event.ts";
import { type Milliseconds, seconds } from "#base/time.ts";
import type { StreamedEvent } from "#features/overview/event-queries.ts";

export interface Subject {
  /** The page is told no more often than this. */
  readonly pace: Milliseconds;
  concerns(event: StreamedEvent): boolean;
}

/** What changes how many certificates a thing has. */
const uses = ["certificate.created", "certificate.archived", "certificate.restored"] as const;

/** What the rows of a list follow from. A list without an entry changes by what people do, and is as old as its page. */
const lists: Readonly<Record<string, readonly (EventType | `${string}.`)[]>> = {
  "/certificates": ["certificate.", "deployment."],
  "/jobs": ["job."],
  "/agents": ["agent."],
  "/targets": ["target.", "deployment."],
  "/issuers": ["issuer."],
  "/profiles": ["profile.", ...uses],
  "/policies": ["policy.", ...uses],
  "/teams": ["team.", "owner.", ...uses],
  "/owners": ["owner.", ...uses],
  "/users": ["user."],
  "/keys": ["key."],
};

/** Their pages say how their certificates stand, whose events do not name them. */
const withCertificates = /^\/(profiles|policies|teams|owners)\//;

/** The subject of the page at a path. */
export function subjectOf(path: string): Subject {
  if (path === "/") return { pace: seconds(2), concerns: () => true };
  const prefixes = lists[path];
  if (prefixes) {
    return {
      pace: seconds(1),
      concerns: ({ type }) => prefixes.some((prefix) => type.startsWith(prefix)),
    };
  }
  const id = /^\/[a-z-]+\/([a-z0-9][a-z0-9._-]{0,63})$/.exec(path)?.[1];
  const isNamed = ({ data }: StreamedEvent) =>
    id !== undefined && Object.values(data).some((it) => names(it, id));
  if (id === undefined || !withCertificates.test(path)) {
    return { pace: seconds(1), concerns: isNamed };
  }
  return {
    pace: seconds(3),
    concerns: (event) => event.type.startsWith("certificate.") || isNamed(event),
  };
}

const names = (value: unknown, id: string): boolean =>
  value === id || (Array.isArray(value) && value.includes(id));
