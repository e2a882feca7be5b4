/**
 * The palette: a combobox over the results of the server's search, and before them what can be done on this page: its
 * own buttons and links, which the server drew for whoever may use them. The newest answer wins.
 */
import { all, find, icon, isShown, make, onClick } from "./dom.ts";
import { openOver, overDialog } from "./over.ts";

/** What was found, and what is here. */
const options = (): HTMLElement[] => all("#over [role=option]");
const input = (): HTMLInputElement | null => find<HTMLInputElement>("#over .pal input");

export function startPalette(): void {
  document.addEventListener("keydown", (event) => {
    if (event.target === input() && !event.isComposing) steer(event);
  });
  document.addEventListener("input", (event) => {
    if (event.target === input()) showHere();
  });
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.target !== input()) return;
    choose(0);
    say();
  });
  onClick("#over [data-here]", (option, event) => {
    event.preventDefault();
    const action = here.get(option);
    overDialog()?.close();
    if (action) activate(action);
  });
}

/** `stop` ends the keeping of what is typed before the palette is there, and gives it. */
export async function openPalette(stop: () => string): Promise<void> {
  const from = encodeURIComponent(location.pathname);
  const box = await openOver(`/palette?over=true&from=${from}`, ".pal");
  const typed = stop();
  const field = input();
  if (!box || !field) return;
  if (typed !== "") {
    field.value = typed;
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  showHere();
  choose(0);
}

/** Options of this page and the elements they stand for. */
const here = new Map<HTMLElement, HTMLElement>();
const actions =
  "main form[method=post] button[type=submit], main :is(.acts, .danger, .pop) a:is(.btn, .mi), main a:is([data-new], [data-find])";
const arranging = ".bar a, .pager a, .empty a";

function showHere(): void {
  const box = find("#over #pal-here");
  if (!box) return;
  here.clear();
  const words = (input()?.value ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const seen = new Set<string>();
  const found = all(actions).filter((it) => {
    const label = labelOf(it);
    const known = `${label} ${it.dataset["find"] ?? ""}`.toLowerCase();
    const fits = words.every((word) => known.includes(word));
    if (!isShown(it) || it.matches(arranging) || label === "" || !fits || seen.has(label))
      return false;
    seen.add(label);
    return true;
  });
  const made = found.slice(0, 8).map((it, at) => {
    const option = make(
      "div",
      { role: "option", id: `here-${at}`, "aria-selected": "false", "data-here": "" },
      icon(it.matches("a") ? "chevron-right" : "circle-play"),
      make("span", { class: "min-w-0" }, labelOf(it)),
    );
    here.set(option, it);
    return option;
  });
  const group = make("div", { role: "group", "aria-label": "On this page" });
  group.append(make("p", { class: "g", "aria-hidden": "true" }, "On this page"), ...made);
  box.replaceChildren(...(made.length > 0 ? [group] : []));
  choose(0);
  say();
}

/** The server counts what it found; with what is here there is more. */
function say(): void {
  const n = options().length;
  const words = find("#over #pal-n");
  if (words && n > 0) words.textContent = n === 1 ? "1 result" : `${n} results`;
}

/** In a row of a table also what the row is about: the button alone would be that of any row. */
function labelOf(it: HTMLElement): string {
  const label = wordsOn(it);
  const row = find(".n", it.closest("tbody tr") ?? it)?.textContent?.trim() ?? "";
  return row === "" || label.includes(row) ? label : `${label}: ${row}`;
}

function wordsOn(it: HTMLElement): string {
  const own = it.getAttribute("aria-label");
  if (own !== null) return own;
  const words = [...it.childNodes].filter(
    (node) => !(node instanceof HTMLElement && node.matches("kbd")),
  );
  return words
    .map((node) => node.textContent ?? "")
    .join("")
    .trim();
}

/** A link is followed and a plain button pressed; what has fields or is dangerous is only gone to. */
function activate(it: HTMLElement): void {
  const form = it.closest("form");
  const fields = form ? all("input:not([type=hidden]), select, textarea", form) : [];
  it.closest("details")?.setAttribute("open", "");
  const first = fields.find(isShown);
  if (form && (first || it.matches(".btn-error, .btn-danger"))) {
    (first ?? it).scrollIntoView({ block: "center" });
    (first ?? it).focus();
  } else it.click();
}

function steer(event: KeyboardEvent): void {
  const list = options();
  const at = list.findIndex((it) => it.getAttribute("aria-selected") === "true");
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 8, PageUp: at - 8 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    const isStep = event.key.startsWith("Arrow");
    choose(isStep ? (to + list.length) % list.length : Math.min(Math.max(to, 0), list.length - 1));
  } else if (event.key === "Enter") {
    event.preventDefault();
    open(list[at], event.ctrlKey || event.metaKey);
  }
}

function open(option: HTMLElement | undefined, elsewhere: boolean): void {
  if (option instanceof HTMLAnchorElement && elsewhere)
    globalThis.open(option.href, "_blank", "noopener");
  else option?.click();
}

function choose(at: number): void {
  const list = options();
  for (const [i, it] of list.entries()) it.setAttribute("aria-selected", String(i === at));
  const chosen = list[at];
  if (chosen) input()?.setAttribute("aria-activedescendant", chosen.id);
  else input()?.removeAttribute("aria-activedescendant");
  chosen?.scrollIntoView({ block: "nearest" });
}
