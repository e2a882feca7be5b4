/** Pages in a dialog above the page: `data-dialog` on a link opens where it leads. Without it the link is a page. */
import { find, htmx, isPlain, onClick } from "./dom.ts";

export const overDialog = (): HTMLDialogElement | null => find<HTMLDialogElement>("#over");

export const isOverOpen = (): boolean => overDialog()?.open === true;

export function startOver(): void {
  onClick("a[data-dialog]", (link, event) => {
    if (!isPlain(event) || !(link instanceof HTMLAnchorElement)) return;
    event.preventDefault();
    void openOver(link.href, "main .dlg");
  });
  onClick("#over", (dialog, event) => {
    // The backdrop is the dialog itself.
    if (event.target === dialog) overDialog()?.close();
  });
  onClick("#over [data-close]", (_, event) => {
    event.preventDefault();
    overDialog()?.close();
  });
  overDialog()?.addEventListener("close", () => overDialog()?.replaceChildren());
}

/** Opens what `select` finds in the page at `href`; where it finds nothing, that page itself. */
export async function openOver(href: string, select: string): Promise<HTMLElement | undefined> {
  const dialog = overDialog();
  if (!dialog) return undefined;
  await htmx().ajax("GET", href, { target: dialog, select, swap: "innerHTML ignoreTitle:true" });
  const box = dialog.firstElementChild;
  if (!(box instanceof HTMLElement)) {
    location.assign(href);
    return undefined;
  }
  box.classList.add("modal-box");
  // A frame within the page; the dialog is one.
  box.classList.remove("panel");
  const heading = find("h1, h2", box);
  const label = box.dataset["label"] ?? heading?.textContent ?? document.title;
  dialog.setAttribute("aria-label", label);
  if (!dialog.open) dialog.showModal();
  find("[autofocus], input:not([type=hidden]), select, textarea, button, a", box)?.focus();
  return box;
}
