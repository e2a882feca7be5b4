/** Loads what a first visit does not need. The page names the file; it carries the nonce of this script. */
import { isPlain, onClick } from "./dom.ts";
import { isOverOpen } from "./over.ts";

type More = typeof import("./more.ts");

const file = document.currentScript?.dataset["more"] ?? "";
let loaded: Promise<More> | undefined;

// The file is built of that module.
const more = (): Promise<More> => (loaded ??= import(file) as Promise<More>);

export function startLater(): void {
  onClick("[data-palette]", (_, event) => {
    if (!isPlain(event)) return;
    event.preventDefault();
    void openPalette();
  });
  document.addEventListener("input", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.dataset["search"] === undefined) return;
    // Without the script the name is typed to its end.
    void more().then(
      (it) => it.offer(target),
      () => undefined,
    );
  });
}

/** Above the page; as a page where its script is not to be had, which is so when the server was updated meanwhile. */
export async function openPalette(): Promise<void> {
  const stop = keepTyped();
  try {
    await (await more()).openPalette(stop);
  } catch {
    const q = stop();
    location.assign(`/palette?${new URLSearchParams({ q })}`);
  }
}

/** What somebody types before the palette is there. */
function keepTyped(): () => string {
  let typed = "";
  const keep = (event: KeyboardEvent) => {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
    typed += event.key;
    event.preventDefault();
    event.stopPropagation();
  };
  if (!isOverOpen()) document.addEventListener("keydown", keep, true);
  return () => {
    document.removeEventListener("keydown", keep, true);
    return typed;
  };
}
