/**
 * Parts of a page that are kept fresh: the script asks for them again when the server tells that the page's subject has
 * changed. Without JavaScript they are plain HTML with a link to load the page again. Every element with an htmx
 * attribute carries the response's nonce: the extension hx-csp strips the others.
 */
/** @jsxImportSource hono/jsx */
import type { Frame } from "./frame.ts";
import type { Children, Html } from "./html.ts";

export interface LiveProps {
  readonly frame: Frame;
  /** Something is under way: without a script it has to be asked for. */
  readonly running: boolean;
  /** Unique on the page, where there are several. */
  readonly id?: string;
  readonly children?: Children;
}

/** Is morphed, so that focus, scroll, what is open and what is typed stay. */
export function Live({ frame, running, id = "live", children }: LiveProps): Html {
  return (
    <div id={id} data-live-region>
      {running ? (
        <noscript>
          <p class="sub">
            {"Something is under way. "}
            <a class="a" href={frame.here}>
              Load again
            </a>
          </p>
        </noscript>
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
