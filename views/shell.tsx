/** What stands around a page: navigation, head, foot, and the dock of a phone. */
/** @jsxImportSource hono/jsx */
import { accessApi } from "#features/access/api.ts";
import type { LayoutProps, NavEntry, Theme } from "./chrome.ts";
import { OperationForm } from "./form.tsx";
import type { Html } from "./html.ts";
import { Icon } from "./icon.tsx";

export function Brand(): Html {
  return (
    <a class="brand" href="/">
      <svg
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        stroke-width="2.6"
        stroke-linecap="round"
        aria-hidden="true"
      >
        <path d="M18.9 6.2A9 9 0 1 0 20.6 14.6" />
        <path d="m8.6 12.1 2.6 2.6 5-5.4" />
        <circle cx="20.4" cy="10.1" r="1.5" fill="currentColor" stroke="none" />
      </svg>
      certctl
    </a>
  );
}

export function Side({ nav, section }: LayoutProps): Html {
  return (
    <nav class="side" aria-label="Main">
      <Brand />
      {nav.map((group) => (
        <div class="nav">
          {group.title === undefined ? null : <h2>{group.title}</h2>}
          {group.entries.map((it) => (
            <a
              href={it.path}
              aria-current={it.path === section ? "page" : undefined}
              data-g={it.key}
            >
              <Icon name={it.icon} />
              <span>{it.label}</span>
            </a>
          ))}
        </div>
      ))}
    </nav>
  );
}

export function Top(props: LayoutProps): Html {
  const { nav, section, crumbs = [], title, theme, frame } = props;
  const entry = nav.flatMap((it) => it.entries).find((it) => it.path === section);
  const isInside = entry !== undefined && entry.path !== frame.here.split("?")[0];
  const before = [...(isInside ? [entry] : []), ...crumbs];
  return (
    <header class="top">
      <nav class="crumbs" aria-label="Where this is">
        {before.map((it) => (
          <>
            <a href={it.path}>{it.label}</a>
            <Icon name="chevron-right" class="i-s" />
          </>
        ))}
        <span aria-current="page" dir="auto">
          {title}
        </span>
      </nav>
      <span class="grow" />
      <a class="jump" href="/palette" data-palette aria-label="Search or jump to Ctrl K">
        <Icon name="search" />
        <span>Search or jump to</span> <kbd class="kbd wide-only">Ctrl K</kbd>
      </a>
      <ThemeLink theme={theme} here={frame.here} />
      <a
        class="ib wide-only"
        href="/keyboard"
        data-dialog
        aria-label="Keyboard shortcuts"
        title="Keyboard shortcuts (?)"
      >
        <Icon name="keyboard" />
      </a>
      <Me {...props} />
    </header>
  );
}

const next: Readonly<Record<Theme, Theme>> = { system: "light", light: "dark", dark: "system" };
const pictures = { system: "sun-moon", light: "sun", dark: "moon" } as const;
const themeWords = {
  system: "follows the system",
  light: "light",
  dark: "dark",
} as const;

function ThemeLink({ theme, here }: { readonly theme: Theme; readonly here: string }): Html {
  const query = new URLSearchParams({ set: next[theme], from: here });
  const label = `Theme: ${themeWords[theme]}. Change it`;
  return (
    <a class="ib" href={`/theme?${query}`} aria-label={label} title={label} data-theme-set>
      <Icon name={pictures[theme]} />
    </a>
  );
}

function Me({ user, open, frame }: LayoutProps): Html | null {
  if (user === undefined || open) return null;
  return (
    <details class="pop">
      <summary class="ib" aria-label={`Signed in as ${user}`} title={user}>
        <span class="me">{initialsOf(user)}</span>
      </summary>
      <div>
        <p class="mi">
          <b class="truncate" dir="auto">
            {user}
          </b>
        </p>
        <a class="mi" href="/me">
          <Icon name="circle-user" />
          Your account and sessions
        </a>
        <OperationForm of={accessApi.signOut} frame={frame} submit="Sign out" plain="log-out" />
      </div>
    </details>
  );
}

/** Two letters at most: of the first and the last word. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._@-]+/).filter((it) => it !== "");
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters
    .map((it) => [...(it ?? "?")][0] ?? "")
    .join("")
    .toUpperCase();
}

export function Foot({ version, frame }: LayoutProps): Html {
  return (
    <footer class="foot">
      <span data-live data-now={new Date(frame.now).toISOString()}>
        {`Page of ${new Date(frame.now).toISOString().slice(11, 19)} UTC`}
      </span>
      <a href="/about">{`certctl ${version}`}</a>
      <span>Times are UTC</span>
      <span class="grow" />
      <a class="a" href="/keyboard" data-dialog>
        Keyboard
      </a>
      <a class="a" href="/docs">
        Manual
      </a>
      <a class="a" href="/docs/api">
        API
      </a>
    </footer>
  );
}

export function Dock({ nav, section }: LayoutProps): Html {
  const all = nav.flatMap((it) => it.entries);
  const entries: readonly NavEntry[] = all.filter((it) => it.dock).slice(0, 4);
  return (
    <nav class="dock1" aria-label="Main, short">
      {entries.map((it) => (
        <a href={it.path} aria-current={it.path === section ? "page" : undefined}>
          <Icon name={it.icon} />
          {it.label}
        </a>
      ))}
      <a href="/menu" aria-current={section === "/menu" ? "page" : undefined}>
        <Icon name="menu" />
        More
      </a>
    </nav>
  );
}
