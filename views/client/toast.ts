/** Short messages in the corner, read out by the live region they stand in. None of them is the only place of an error. */
import { find, icon, make, onClick } from "./dom.ts";

const shown = 8_000;

export interface ToastOptions {
  readonly icon?: string;
  /** The same thing again replaces what it said before, and stays until it is closed. */
  readonly lasting?: string;
  readonly action?: HTMLElement;
}

export function toast(text: string, options: ToastOptions = {}): void {
  const box = find("#toasts");
  if (!box) return;
  const close = make(
    "button",
    { type: "button", class: "ib", "aria-label": "Close this message", "data-close-toast": "" },
    icon("x"),
  );
  const it = make(
    "div",
    { class: "toast1" },
    icon(options.icon ?? "circle-check"),
    make("span", {}, text),
    options.action ?? make("span", {}),
    close,
  );
  if (options.lasting === undefined) {
    box.append(it);
    fade(it);
    return;
  }
  const before = find(`[data-about="${options.lasting}"]`, box);
  it.dataset["about"] = options.lasting;
  if (before) before.replaceWith(it);
  else box.append(it);
}

export function forgetToast(lasting: string): void {
  find(`#toasts [data-about="${lasting}"]`)?.remove();
}

/** Not while somebody reads it or is on its way to its button. */
function fade(it: HTMLElement): void {
  setTimeout(() => {
    if (it.matches(":hover, :focus-within")) fade(it);
    else it.remove();
  }, shown);
}

export function startToasts(): void {
  onClick("[data-close-toast]", (button, event) => {
    event.preventDefault();
    button.closest(".toast1")?.remove();
  });
  for (const it of document.querySelectorAll<HTMLElement>("#toasts > .toast1")) fade(it);
}
