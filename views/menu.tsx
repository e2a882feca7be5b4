/** The whole navigation as a page: where there is no room for it at the side. */
/** @jsxImportSource hono/jsx */
import type { NavGroup } from "./chrome.ts";
import { Head } from "./head.tsx";
import type { Html } from "./html.ts";
import { Icon } from "./icon.tsx";
import { Panel } from "./panel.tsx";

export interface MenuProps {
  readonly nav: readonly NavGroup[];
}

export function MenuPage({ nav }: MenuProps): Html {
  return (
    <>
      <Head title="Menu" />
      <div class="grid gap-4 md:grid-cols-2">
        {nav.map((group) => (
          <Panel title={group.title ?? "Start"} padded>
            <ul>
              {group.entries.map((it) => (
                <li>
                  <a class="mi min-h-10" href={it.path}>
                    <Icon name={it.icon} />
                    {it.label}
                  </a>
                </li>
              ))}
            </ul>
          </Panel>
        ))}
        <Panel title="Help and account" padded>
          <ul>
            <li>
              <a class="mi min-h-10" href="/docs">
                <Icon name="book-open" />
                Manual
              </a>
            </li>
            <li>
              <a class="mi min-h-10" href="/about">
                <Icon name="info" />
                About and licences
              </a>
            </li>
            <li>
              <a class="mi min-h-10" href="/me">
                <Icon name="circle-user" />
                Your account and sessions
              </a>
            </li>
          </ul>
        </Panel>
      </div>
    </>
  );
}
