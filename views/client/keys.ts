/**
 * Keys. Single letters rest while something is typed, with modifiers, and where a person has turned them off (WCAG 2.2,
 * 2.1.4 Character Key Shortcuts); that choice is kept in this browser's local storage.
 */
import { all, find, isShown } from "./dom.ts";
import { openPalette } from "./later.ts";
import { isOverOpen } from "./over.ts";
import { clearTicks, openRowActions, stepRow, tickRow } from "./rows.ts";

const setting = "certctl-keys";
/** So long after `g` a letter still belongs to it. */
const patience = 1_500;
let wentAt = Number.NEGATIVE_INFINITY;

const areOff = (): boolean => localStorage.getItem(setting) === "off";

export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !event.altKey) {
      event.preventDefault();
      void openPalette();
    } else if (event.key === "Escape") leave(event);
    else if (!event.ctrlKey && !event.metaKey && !event.altKey) single(event);
  });
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || !box.matches("[data-keys]")) return;
    if (box.checked) localStorage.removeItem(setting);
    else localStorage.setItem(setting, "off");
  });
  document.addEventListener("htmx:after:swap", showSetting);
  showSetting();
}

function showSetting(): void {
  for (const it of all<HTMLInputElement>("[data-keys]")) it.checked = !areOff();
}

const fields =
  "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";

const isTyped = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest(fields) !== null;

function single(event: KeyboardEvent): void {
  if (isTyped(event.target) || isOverOpen() || areOff()) return;
  const work = after(event) ?? keys[event.key] ?? marked(event.key);
  if (!work) return;
  event.preventDefault();
  work();
}

/** The letter behind `g`: the navigation says which leads where. */
function after(event: KeyboardEvent): (() => void) | undefined {
  const isSecond = event.timeStamp - wentAt < patience;
  wentAt = Number.NEGATIVE_INFINITY;
  if (!isSecond) return undefined;
  const link = find(`[data-g="${CSS.escape(event.key)}"]`);
  return link ? () => link.click() : undefined;
}

/** Whatever on the page asks for a letter of its own. */
function marked(key: string): (() => void) | undefined {
  const it = all(`main [data-key="${CSS.escape(key)}"]`).find(isShown);
  // What changes something is not done by a letter alone: Enter does it.
  return it && (() => (it.matches("button") ? it.focus() : it.click()));
}

const press = (selector: string) => () => {
  all(selector).find(isShown)?.click();
};

const keys: Readonly<Record<string, (() => void) | undefined>> = {
  "/": search,
  "?": () => find('a[data-dialog][href="/keyboard"]')?.click(),
  c: press("main [data-new]"),
  g: () => {
    wentAt = performance.now();
  },
  j: () => stepRow(1),
  k: () => stepRow(-1),
  x: () => tickRow(false),
  X: () => tickRow(true),
  ".": openRowActions,
  "[": press("main a[rel=prev], main .pager:not(:has([rel=prev])) a[rel=first]"),
  "]": press("main a[rel=next]"),
};

function search(): void {
  const field = all<HTMLInputElement>("main input[type=search]").find(isShown);
  if (!field) void openPalette();
  field?.focus();
  field?.select();
}

/** Closes what is open, else unticks, else leaves the field. A dialog closes by itself. */
function leave(event: KeyboardEvent): void {
  if (isOverOpen()) return;
  // A browser would empty a search, and leave the list narrowed.
  if (event.target instanceof HTMLInputElement) event.preventDefault();
  const open = all<HTMLDetailsElement>("details.pop[open]").at(-1);
  if (open) {
    open.open = false;
    find("summary", open)?.focus();
  } else if (isTyped(event.target) && event.target instanceof HTMLElement) event.target.blur();
  else clearTicks();
}
