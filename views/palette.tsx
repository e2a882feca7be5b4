/** Search or jump to: what was found, what may be done, where one may go. A page of links; above a page, a combobox over them. */
/** @jsxImportSource hono/jsx */
import type { FoundKind, Hit } from "#features/search/api.ts";
import type { Frame } from "./frame.ts";
import { Head } from "./head.tsx";
import type { Children, Html } from "./html.ts";
import { Icon, type IconName } from "./icon.tsx";
import { Status } from "./status.tsx";

export interface PaletteItem {
  readonly icon: IconName;
  readonly label: string;
  readonly path: string;
  readonly status?: string | null;
  /** What tells it from others of its name. */
  readonly facts?: readonly string[];
  /** The key that does the same. */
  readonly keys?: readonly string[];
}

export interface PaletteGroup {
  readonly title: string;
  readonly items: readonly PaletteItem[];
}

export interface PaletteProps {
  readonly frame: Frame;
  readonly q: string;
  readonly groups: readonly PaletteGroup[];
}

const kinds: Readonly<Record<FoundKind, readonly [plural: string, icon: IconName]>> = {
  certificate: ["Certificates", "file-badge"],
  agent: ["Agents", "cpu"],
  target: ["Targets", "server"],
  issuer: ["Issuers", "plug"],
  profile: ["Profiles", "sliders-horizontal"],
  renewal_policy: ["Renewal policies", "scale"],
  owner: ["Owners", "circle-user"],
  team: ["Teams", "users"],
  job: ["Jobs", "list-checks"],
  user: ["Users", "user"],
  api_key: ["API keys", "key-round"],
};

export interface Found {
  readonly data: readonly Hit[];
  readonly more: readonly FoundKind[];
}

/** Hits by kind; where there are more, the last entry leads to the list of all. */
export function foundGroups(found: Found, q: string, listOf: (kind: FoundKind) => string) {
  const names = Object.keys(kinds) as FoundKind[];
  return names.flatMap((kind): PaletteGroup[] => {
    const [title, icon] = kinds[kind];
    const hits = found.data.filter((it) => it.type === kind);
    if (hits.length === 0) return [];
    const items: PaletteItem[] = hits.map((it) => ({
      icon,
      label: it.name,
      path: it.path,
      status: it.status,
      facts: it.facts,
    }));
    if (found.more.includes(kind)) {
      const path = `${listOf(kind)}?${new URLSearchParams({ q })}`;
      items.push({ icon: "list-filter", label: `All ${title.toLowerCase()} with “${q}”`, path });
    }
    return [{ title, items }];
  });
}

const count = (groups: readonly PaletteGroup[]): number =>
  groups.reduce((sum, it) => sum + it.items.length, 0);

function summary({ groups, q }: PaletteProps): string {
  const n = count(groups);
  if (n === 0) return `Nothing you may see has “${q}” in it.`;
  return n === 1 ? "1 result" : `${n} results`;
}

/** What stands above a page. `from` is that page; the script puts what can be done there before the results. */
export function PaletteBox(props: PaletteProps & { readonly from: string }): Html {
  const { frame, q, from } = props;
  const query = new URLSearchParams({ over: "true", from });
  const search = {
    "hx-get": `/palette?${query}`,
    "hx-trigger": "input changed delay:80ms",
    "hx-target": "#pal-r",
    "hx-select": "#pal-r",
    "hx-select-oob": "#pal-n:innerHTML",
    "hx-swap": "outerMorph ignoreTitle:true",
    "hx-sync": "this:replace",
    "hx-nonce": frame.nonce,
  };
  return (
    <div class="modal-box pal" data-label="Search or jump to">
      <label class="pal-q shrink-0" for="pal-q">
        <Icon name="search" class="text-muted" />
        <span class="sr-only">Search or jump to</span>
        <input
          id="pal-q"
          name="q"
          value={q}
          role="combobox"
          aria-expanded="true"
          aria-controls="pl"
          aria-autocomplete="list"
          autocomplete="off"
          spellcheck={false}
          maxlength={200}
          placeholder="Search or jump to"
          dir="auto"
          {...search}
        />
        <kbd class="kbd">Esc</kbd>
      </label>
      <div
        id="pl"
        role="listbox"
        aria-label="Results"
        tabindex={0}
        class="min-h-0 overflow-y-auto p-1.5"
      >
        <div id="pal-here" role="presentation" />
        <div id="pal-r" role="presentation">
          {props.groups.map((group, at) => (
            // biome-ignore lint/a11y/useSemanticElements: a listbox has groups, and a fieldset is none of its parts
            <div role="group" aria-label={group.title}>
              <p class="g" aria-hidden="true">
                {group.title}
              </p>
              {group.items.map((it, i) => (
                <a
                  href={it.path}
                  role="option"
                  id={`o-${at}-${i}`}
                  aria-selected="false"
                  tabindex={-1}
                >
                  <Entry it={it} q={q} />
                </a>
              ))}
            </div>
          ))}
        </div>
      </div>
      <p id="pal-n" class="sub px-4 py-2" role="status">
        {summary(props)}
      </p>
      <footer>
        <span>
          <kbd class="kbd">↑</kbd> <kbd class="kbd">↓</kbd> choose
        </span>
        <span>
          <kbd class="kbd">↵</kbd> open
        </span>
        <span>
          <kbd class="kbd">Ctrl ↵</kbd> new tab
        </span>
        <span class="grow" />
        <a href="/keyboard" data-dialog>
          All keys
        </a>
      </footer>
    </div>
  );
}

function Entry({ it, q }: { readonly it: PaletteItem; readonly q: string }): Html {
  const { icon, label, status, facts = [], keys = [] } = it;
  return (
    <>
      <Icon name={icon} />
      <span class="min-w-0 truncate" dir="auto">
        <Marked text={label} q={q} />
      </span>
      <span class="sub flex min-w-0 items-center gap-2 truncate">
        {facts.length > 0 ? <span class="wide-only truncate">{facts.join(", ")}</span> : null}
        {status ? <Status of={status} /> : null}
        {keys.map((key) => (
          <kbd class="kbd">{key}</kbd>
        ))}
      </span>
    </>
  );
}

/** The words of the search stand out where they occur. */
function Marked({ text, q }: { readonly text: string; readonly q: string }): Html {
  const words = q.split(/\s+/).filter((it) => it !== "");
  if (words.length === 0) return <>{text}</>;
  const escaped = words.map((it) => it.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const parts = text.split(new RegExp(`(${escaped.join("|")})`, "gi"));
  // What a group of the pattern caught stands at every second place.
  const children: Children[] = parts.map((part, at) => (at % 2 === 1 ? <mark>{part}</mark> : part));
  return <>{children}</>;
}

/** The same as a page, for whoever has no script. */
export function PalettePage(props: PaletteProps): Html {
  const { q, groups } = props;
  return (
    <>
      <Head
        title="Search"
        lede={q === "" ? "Anything by name, id, serial number or fingerprint." : summary(props)}
      />
      <search>
        <form class="bar" method="get" action="/palette">
          <label class="input" for="palette-q">
            <span class="sr-only">Search</span>
            <Icon name="search" class="text-muted" />
            <input
              type="search"
              id="palette-q"
              name="q"
              value={q}
              autocomplete="off"
              spellcheck={false}
              maxlength={200}
              dir="auto"
            />
          </label>
          <button type="submit" class="btn btn-primary">
            Search
          </button>
        </form>
      </search>
      {groups.map((group) => (
        <section class="panel mb-4" aria-label={group.title}>
          <header>
            <h2>{group.title}</h2>
          </header>
          <ul class="p-1.5">
            {group.items.map((it) => (
              <li>
                <a class="mi" href={it.path}>
                  <Entry it={it} q={q} />
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}
