/** Forms: what was typed is not lost by leaving unasked, nor by a refresh of the page around it. */
import { all } from "./dom.ts";

/** A refresh leaves forms alone that somebody has begun to fill in; their revision stays the one that was looked at. */
export const dirtyForms = "form[data-dirty]";

export function startForms(): void {
  document.addEventListener("input", (event) => mark(event));
  document.addEventListener("change", (event) => mark(event));
  document.addEventListener("submit", (event) => {
    if (event.target instanceof HTMLFormElement) event.target.removeAttribute("data-dirty");
  });
  document.addEventListener("reset", (event) => {
    if (event.target instanceof HTMLFormElement) event.target.removeAttribute("data-dirty");
  });
  addEventListener("beforeunload", (event) => {
    if (all(dirtyForms).some((it) => it.isConnected)) event.preventDefault();
  });
}

/** Only what is sent: filters and a sign-in are no loss. */
function mark(event: Event): void {
  const control = event.target;
  if (!(control instanceof HTMLElement)) return;
  const form = control.closest("form");
  if (form?.getAttribute("method") !== "post" || form.closest(".auth, .side, .top")) return;
  form.toggleAttribute("data-dirty", [...form.elements].some(isChanged));
}

function isChanged(it: Element): boolean {
  if (it instanceof HTMLInputElement) {
    const isTicked = it.type === "checkbox" || it.type === "radio";
    return isTicked ? it.checked !== it.defaultChecked : it.value !== it.defaultValue;
  }
  if (it instanceof HTMLTextAreaElement) return it.value !== it.defaultValue;
  if (!(it instanceof HTMLSelectElement)) return false;
  const options = [...it.options];
  // Without a default the browser takes the first.
  const first = it.multiple || options.some((option) => option.defaultSelected) ? -1 : 0;
  return options.some((option, at) => option.selected !== (option.defaultSelected || at === first));
}
