/** Which events concern a page: everything for the first page, those of its things for a list, those of one thing for its page. */
import type { EventType } from "#base/event.ts";
import { type Milliseconds, seconds } from "#base/time.ts";
import type { StreamedEvent } from "#features/overview/event-queries.ts";

export interface Subject {
  /** The page is told no more often than this. */
  readonly pace: Milliseconds;
  concerns(event: StreamedEvent): boolean;
}

/** What the rows of a list follow from. A list without an entry changes by what people do, and is as old as its page. */
const lists: Readonly<Record<string, readonly (EventType | `${string}.`)[]>> = {
  "/certificates": ["certificate.", "deployment."],
  "/jobs": ["job."],
  "/agents": ["agent."],
  "/targets": ["deployment."],
};

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
  return {
    pace: seconds(1),
    concerns: ({ data }) => id !== undefined && Object.values(data).some((it) => names(it, id)),
  };
}

const names = (value: unknown, id: string): boolean =>
  value === id || (Array.isArray(value) && value.includes(id));
