/** `/keyboard`: every key and what it does. Where a key leads after `g` is what the navigation says. */
/** @jsxImportSource hono/jsx */

import type { NavGroup } from "./chrome.ts";
import type { Html } from "./html.ts";
import { Icon } from "./icon.tsx";

interface Shortcut {
  readonly keys: readonly string[];
  readonly does: string;
}

const everywhere: readonly Shortcut[] = [
  { keys: ["Ctrl", "K"], does: "Search everything, go anywhere, do anything you may" },
  { keys: ["/"], does: "Search this list; where there is none, everything" },
  { keys: ["c"], does: "New: the one thing that this page makes" },
  { keys: ["?"], does: "These keys" },
  { keys: ["Esc"], does: "Close what is open, untick all, leave a field" },
];

const lists: readonly Shortcut[] = [
  { keys: ["j"], does: "Next row" },
  { keys: ["k"], does: "Row before" },
  { keys: ["Enter"], does: "Open the row" },
  { keys: ["x"], does: "Tick the row" },
  { keys: ["Shift", "x"], does: "Tick from the row ticked last to this one" },
  { keys: ["."], does: "To the buttons of the row" },
  { keys: ["["], does: "Previous page" },
  { keys: ["]"], does: "Next page" },
];

const certificate: readonly Shortcut[] = [
  { keys: ["r"], does: "To its renewal; Enter renews" },
  { keys: ["d"], does: "To its deployment; Enter deploys" },
];

export function ShortcutsPage({ nav }: { readonly nav: readonly NavGroup[] }): Html {
  const places = nav
    .flatMap((it) => it.entries)
    .flatMap((it) => (it.key === undefined ? [] : [{ keys: ["g", it.key], does: it.label }]));
  return (
    <section class="dlg panel">
      <header>
        <h1 class="grow">Keyboard</h1>
        <a class="ib scripted" href="/keyboard" aria-label="Close" data-close>
          <Icon name="x" />
        </a>
      </header>
      <div>
        <p class="sub">
          Single letters rest while you type in a field, and with Ctrl, Alt or the command key.
        </p>
        <label class="scripted flex items-center gap-2">
          <input type="checkbox" class="checkbox" data-keys />
          Single letters do something, in this browser
        </label>
        <Keys title="Everywhere" of={everywhere} />
        <Keys title="In lists" of={lists} />
        <Keys title="On a certificate" of={certificate} />
        <Keys title="Go to" of={places} />
      </div>
    </section>
  );
}

function Keys({ title, of }: { readonly title: string; readonly of: readonly Shortcut[] }): Html {
  return (
    <table class="tbl">
      <caption class="py-1 text-start font-semibold">{title}</caption>
      <thead class="sr-only">
        <tr>
          <th scope="col">Keys</th>
          <th scope="col">What they do</th>
        </tr>
      </thead>
      <tbody>
        {of.map(({ keys, does }) => (
          <tr>
            <td class="w-28 whitespace-nowrap">
              {keys.map((key) => (
                <>
                  <kbd class="kbd">{key}</kbd>{" "}
                </>
              ))}
            </td>
            <td>{does}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
