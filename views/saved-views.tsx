/** Keeping the list as it is under a name, and removing what was kept. The views themselves are links among the tabs. */
/** @jsxImportSource hono/jsx */
import { KeptList, type SavedView, viewsApi } from "#features/saved-views/api.ts";
import { viewQuery } from "#features/saved-views/view-query.ts";
import { OperationForm } from "./form.tsx";
import type { Frame } from "./frame.ts";
import type { Html } from "./html.ts";
import { Icon } from "./icon.tsx";

/** The list of the page at a path, where it is one that can be kept. */
export function keptListAt(path: string): KeptList | undefined {
  return KeptList.safeParse(path.slice(1)).data;
}

/** The view that the page shows. */
export function presentView(frame: Frame, query: URLSearchParams): SavedView | undefined {
  const present = viewQuery(query);
  return frame.saved?.find((it) => it.query === present);
}

export interface SaveProps {
  readonly frame: Frame;
  readonly path: string;
  readonly query: URLSearchParams;
}

export function SaveView({ frame, path, query }: SaveProps): Html | null {
  const list = keptListAt(path);
  const present = viewQuery(query);
  if (!list || !frame.saved || present === "" || !frame.may(viewsApi.create)) return null;
  const kept = presentView(frame, query);
  if (kept) {
    return (
      <OperationForm
        of={viewsApi.delete}
        frame={frame}
        hidden={{ id: kept.id }}
        submit="Remove this view"
        icon="trash-2"
      />
    );
  }
  const isSent = frame.sent?.operation === viewsApi.create.name;
  return (
    <details class="pop wide" open={isSent || undefined}>
      <summary class="btn">
        <Icon name="plus" class="i-s" />
        Save this view
      </summary>
      <div>
        <OperationForm
          of={viewsApi.create}
          frame={frame}
          hidden={{ list, query: present }}
          only={["name"]}
          submit="Save"
        />
      </div>
    </details>
  );
}
