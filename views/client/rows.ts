/** Rows of tables: going from one to the next, ticking one or a range, their actions; ticking all of a page. */
import { all, find, isShown, onClick } from "./dom.ts";

const rows = (): HTMLElement[] => all("main table.tbl tbody tr").filter(isShown);
const box = "input[type=checkbox]:not(:disabled)";
const ticks = `tbody ${box}`;
const tickOf = (row: Element): HTMLInputElement | null => row.querySelector(box);

let current: HTMLElement | undefined;
/** Where a range begins. */
let anchor: HTMLElement | undefined;

export function startRows(): void {
  document.addEventListener("focusin", (event) => {
    const row = event.target instanceof Element ? event.target.closest("tr") : null;
    if (row && rows().includes(row)) current = row;
  });
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement)) return;
    const table = box.closest("table");
    if (table && box.matches("[data-select-all]")) {
      for (const it of all<HTMLInputElement>(ticks, table)) it.checked = box.checked;
    }
    if (table) count(table);
  });
  onClick(`table.tbl ${ticks}`, (box, event) => {
    const row = box.closest("tr");
    if (!row || !(box instanceof HTMLInputElement)) return;
    if (event.shiftKey) tickRange(row, box.checked);
    anchor = row;
  });
  document.addEventListener("htmx:after:swap", () => {
    for (const table of all("main table.tbl")) count(table);
  });
}

/** The bar says how many; the box above all says whether it is all of them. */
function count(table: Element): void {
  const boxes = all<HTMLInputElement>(ticks, table);
  const ticked = boxes.filter((it) => it.checked).length;
  for (const it of all(".bulk [data-count]")) it.textContent = String(ticked);
  const master = table.querySelector<HTMLInputElement>("[data-select-all]");
  if (!master) return;
  master.checked = ticked > 0 && ticked === boxes.length;
  master.indeterminate = ticked > 0 && ticked < boxes.length;
}

/** To the next row or the one before; the first one from nowhere. */
export function stepRow(by: 1 | -1): void {
  const list = rows();
  const at = current ? list.indexOf(current) : -1;
  const to = at === -1 ? 0 : Math.min(Math.max(at + by, 0), list.length - 1);
  const row = list[to];
  if (!row) return;
  current = row;
  const link = find("a.n", row) ?? find("a", row) ?? find("button, summary, input", row);
  if (!link) row.tabIndex = -1;
  (link ?? row).focus();
  row.scrollIntoView({ block: "nearest" });
}

export function tickRow(withRange: boolean): void {
  const list = rows();
  if (!current || !list.includes(current)) return;
  const box = tickOf(current);
  if (!box) return;
  if (withRange && anchor && list.includes(anchor)) tickRange(current, true);
  else box.checked = !box.checked;
  anchor = current;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

function tickRange(to: HTMLElement, checked: boolean): void {
  const list = rows();
  const ends = [anchor ? list.indexOf(anchor) : -1, list.indexOf(to)];
  if (ends.includes(-1)) return;
  for (const row of list.slice(Math.min(...ends), Math.max(...ends) + 1)) {
    const box = tickOf(row);
    if (box) box.checked = checked;
  }
}

/** Goes to the first button of the row, where it has one. */
export function openRowActions(): void {
  if (!current || !rows().includes(current)) return;
  find("button, summary, a.btn", current)?.focus();
}

/** Was anything ticked? Nothing is, afterwards. */
export function clearTicks(): boolean {
  const boxes = all<HTMLInputElement>(`main table.tbl ${ticks}:checked`);
  for (const it of boxes) it.checked = false;
  for (const table of all("main table.tbl")) count(table);
  return boxes.length > 0;
}
