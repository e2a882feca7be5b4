/** Finding and making elements. Markup is never made of text: Trusted Types would refuse it. */

/** What we use of htmx, which is loaded before us. */
interface Htmx {
  readonly config: { morphSkip: string; readonly morphIgnore: string[] };
  ajax(
    verb: "GET",
    path: string,
    options: {
      readonly target: Element;
      readonly select: string;
      readonly swap: string;
      readonly selectOOB?: string;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Promise<unknown>;
}

// The page loads htmx first, and that is its global.
export const htmx = (): Htmx => (window as unknown as { readonly htmx: Htmx }).htmx;

export const find = <T extends HTMLElement = HTMLElement>(
  selector: string,
  root: ParentNode = document,
): T | null => root.querySelector<T>(selector);

export const all = <T extends HTMLElement = HTMLElement>(
  selector: string,
  root: ParentNode = document,
): T[] => [...root.querySelectorAll<T>(selector)];

export function make(
  tag: string,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly (Node | string)[]
): HTMLElement {
  const it = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) it.setAttribute(name, value);
  it.append(...children);
  return it;
}

const svg = "http://www.w3.org/2000/svg";

/** An icon of the sprite that the page itself uses. */
export function icon(name: string): Element {
  const sprite = document.querySelector("use")?.getAttribute("href")?.split("#")[0] ?? "";
  const it = document.createElementNS(svg, "svg");
  it.setAttribute("class", "i");
  it.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(svg, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  it.append(use);
  return it;
}

/** Clicks on what matches, wherever it is put on the page later. */
export function onClick(
  selector: string,
  work: (element: HTMLElement, event: MouseEvent) => void,
): void {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const element = target?.closest<HTMLElement>(selector);
    if (element && !event.defaultPrevented) work(element, event);
  });
}

/** A click that the browser should follow as usual: into another tab, or to be saved. */
export const isPlain = (event: MouseEvent): boolean =>
  event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

/** Is it there for the eye? */
export const isShown = (it: HTMLElement): boolean => it.offsetParent !== null;
