/** The usual questions to a list, each a link with its filter by status. */
/** @jsxImportSource hono/jsx */
import type { Frame } from "./frame.ts";
import type { Html } from "./html.ts";
import { within } from "./live.tsx";
import { presentView } from "./saved-views.tsx";

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

/** And the views that the reader has saved. What is set beside the status makes no other tab. */
export function Tabs({ frame, query, path, tabs }: TabsProps): Html {
  const present = statusIn(query);
  const kept = presentView(frame, query);
  const isAt = (it: Tab) =>
    kept === undefined && statusIn(new URLSearchParams(it.query)) === present;
  return (
    <nav class="views" aria-label="Views">
      {tabs.map((it) => (
        <a
          href={it.query === "" ? path : `${path}?${it.query}`}
          aria-current={isAt(it) ? "page" : undefined}
          {...within(frame)}
        >
          {it.label}
        </a>
      ))}
      {frame.saved?.map((it) => (
        <a
          href={`${path}?${it.query}`}
          aria-current={it === kept ? "page" : undefined}
          dir="auto"
          {...within(frame)}
        >
          {it.name}
        </a>
      ))}
    </nav>
  );
}
