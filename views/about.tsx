/** What is running, and what others wrote that is inside of it, with the licences. */
/** @jsxImportSource hono/jsx */
import type { z } from "zod";
import type { overviewApi } from "#features/overview/api.ts";
import { Head } from "./head.tsx";
import type { Html } from "./html.ts";
import { Icon } from "./icon.tsx";
import type { Licence } from "./licence.ts";
import { Panel } from "./panel.tsx";

export interface AboutProps {
  readonly version: z.output<typeof overviewApi.version.output>;
  /** Those that were looked for. */
  readonly licences: readonly Licence[];
  /** Of all. */
  readonly total: number;
  readonly query: string;
}

export function AboutPage(props: AboutProps): Html {
  const { version, total } = props;
  const lede = `certctl ${version.version} is licensed under Apache-2.0. The executables contain ${total} works of others.`;
  return (
    <>
      <Head title="About" lede={lede} />
      <div class="about">
        <Panel title="This server">
          <Facts of={version} />
        </Panel>
        <Panel title="Licences" sub={found(props)}>
          <Licences {...props} />
        </Panel>
      </div>
    </>
  );
}

function Facts({ of }: { readonly of: AboutProps["version"] }): Html {
  return (
    <dl class="facts">
      <dt>Version</dt>
      <dd>{of.version}</dd>
      <dt>Build</dt>
      <dd>{of.modified ? "none: it runs from its sources" : <Built of={of} />}</dd>
      <dt>Runtime</dt>
      <dd>{of.runtime}</dd>
      <dt>Database</dt>
      <dd>{of.database}</dd>
      <dt>Changes</dt>
      <dd>
        <a class="a" href="/docs/changelog">
          What is new
        </a>
      </dd>
    </dl>
  );
}

/** The time is the commit's: the same commit gives the same bytes, whenever it is built. */
function Built({ of }: { readonly of: AboutProps["version"] }): Html {
  return (
    <>
      {"commit "}
      <code>{of.commit}</code>
      {` of ${of.buildTime}`}
    </>
  );
}

function found({ licences, total, query }: AboutProps): string {
  return query === "" ? `${total} works` : `${licences.length} of ${total} works`;
}

function Licences({ licences, query }: AboutProps): Html {
  return (
    <>
      <search class="about-search">
        <form class="docs-search" action="/about" method="get">
          <label class="sr-only" for="q">
            Search names and licences
          </label>
          <input
            class="input"
            type="search"
            id="q"
            name="q"
            value={query}
            placeholder="Search names and licences"
            maxlength={100}
          />
          <button class="btn" type="submit">
            Search
          </button>
        </form>
      </search>
      {licences.length === 0 ? (
        <p class="about-none">{`Nothing inside has “${query}” in its name or licence.`}</p>
      ) : (
        <ul class="licences">
          {licences.map((it) => (
            <li>
              <One of={it} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function One({ of }: { readonly of: Licence }): Html {
  return (
    <details>
      <summary>
        <Icon name="chevron-right" class="i-s turn" />
        <b>{of.name}</b>
        <span class="sub">{of.version}</span>
        <span class="sub">{of.licence}</span>
        <span class="sub">{`in ${of.inside.join(" and ")}`}</span>
      </summary>
      {of.text === "" ? (
        <p class="licence">{`Its package names the licence ${of.licence} and brings no text.`}</p>
      ) : (
        <pre class="licence">{of.text}</pre>
      )}
    </details>
  );
}
