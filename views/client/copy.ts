/** `data-copy`: the text itself, or `#id` of the element that has it. */
import { onClick } from "./dom.ts";
import { toast } from "./toast.ts";

export function startCopying(): void {
  onClick("[data-copy]", (button, event) => {
    event.preventDefault();
    void copy(button.dataset["copy"] ?? "");
  });
}

async function copy(what: string): Promise<void> {
  const element = what.startsWith("#") ? document.getElementById(what.slice(1)) : null;
  const text = element ? textOf(element) : what;
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied.", { icon: "copy" });
  } catch {
    // Refused by the browser or its owner: what is selected can be copied by hand.
    if (element) getSelection()?.selectAllChildren(element);
    toast("The browser does not allow it: press Ctrl+C.", { icon: "triangle-alert" });
  }
}

function textOf(element: Element): string {
  if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) {
    return element.value;
  }
  return (element.textContent ?? "").trim();
}
