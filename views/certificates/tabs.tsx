/** The usual questions to the inventory, each a link with its filters. */
/** @jsxImportSource hono/jsx */
import type { Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { within } from "../live.tsx";

interface Tab {
  readonly label: string;
  readonly query: string;
}

const tabs: readonly Tab[] = [
  { label: "All", query: "" },
  { label: "Failed", query: "status=Failed" },
  { label: "Expiring", query: "status=Expiring" },
  { label: "Expired", query: "status=Expired" },
  { label: "Renewing", query: "status=RenewalInProgress" },
  { label: "Archived", query: "status=Archived" },
];

/** What is set beside the filters of a tab makes no other tab. */
export function CertificateTabs({
  frame,
  query,
}: {
  readonly frame: Frame;
  readonly query: URLSearchParams;
}): Html {
  const status = query.get("status")?.toLowerCase() ?? "";
  return (
    <nav class="views" aria-label="Views">
      {tabs.map((it) => {
        const own = new URLSearchParams(it.query).get("status")?.toLowerCase() ?? "";
        return (
          <a
            href={it.query === "" ? "/certificates" : `/certificates?${it.query}`}
            aria-current={own === status ? "page" : undefined}
            {...within(frame)}
          >
            {it.label}
          </a>
        );
      })}
    </nav>
  );
}
