/** The usual questions to a list, each a link with its filter by status. */
/** @jsxImportSource hono/jsx */
import type { Frame } from "./frame.ts";
import type { Html } from "./html.ts";
import { within } from "./live.tsx";

export interface Tab {
  readonly label: string;
  /** Empty: everything. */
  readonly query: string;
}

export interface TabsProps {
  readonly frame: Frame;
  readonly query: URLSearchParams;
  readonly path: string;
  readonly tabs: readonly Tab[];
}

const statusIn = (query: URLSearchParams): string => query.get("status")?.toLowerCase() ?? "";

/** What is set beside the status makes no other tab. */
export function Tabs({ frame, query, path, tabs }: TabsProps): Html {
  const present = statusIn(query);
  return (
    <nav class="views" aria-label="Views">
      {tabs.map((it) => (
        <a
          href={it.query === "" ? path : `${path}?${it.query}`}
          aria-current={statusIn(new URLSearchParams(it.query)) === present ? "page" : undefined}
          {...within(frame)}
        >
          {it.label}
        </a>
      ))}
    </nav>
  );
}
