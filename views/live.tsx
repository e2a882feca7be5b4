/**
 * Parts of a page that htmx keeps fresh. Without JavaScript they are plain HTML with a link to load the page again.
 * Every element with an htmx attribute carries the response's nonce: the extension hx-csp strips the others.
 */
/** @jsxImportSource hono/jsx */
import type { Frame } from "./frame.ts";
import type { Children, Html } from "./html.ts";

/** Morphs, so that focus and what is ticked stay; a failed refresh leaves what is there. */
const refresh = {
  "hx-trigger": "every 2s",
  "hx-target": "#live",
  "hx-select": "#live",
  "hx-swap": "outerMorph",
  "hx-status:4xx": "swap:none",
  "hx-status:5xx": "swap:none",
};

export interface LiveProps {
  readonly frame: Frame;
  /** Something is under way: look again every two seconds. */
  readonly running: boolean;
  readonly children?: Children;
}

/** At most one on a page. */
export function Live({ frame, running, children }: LiveProps): Html {
  return (
    <div id="live">
      {running ? (
        <p class="sub" id="live-poll" hx-get={frame.here} hx-nonce={frame.nonce} {...refresh}>
          {"Something is under way. "}
          <noscript>
            <a href={frame.here}>Load again</a>
          </noscript>
        </p>
      ) : null}
      {children}
    </div>
  );
}

/** Attributes of links and forms that lead to another state of the same list: only the main part is exchanged. */
export function within(frame: Frame): Readonly<Record<string, string>> {
  return {
    "hx-boost": "swap:outerMorph target:#main select:#main",
    "hx-nonce": frame.nonce,
  };
}
