/** The authorities of an issuer as a tree, each with its lifetime and its certificate to take away. */
/** @jsxImportSource hono/jsx */
import type { Instant } from "#base/time.ts";
import type { AuthorityView } from "#features/issuers/issuer.ts";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { Life } from "../life.tsx";
import { Panel } from "../panel.tsx";
import { Status, wordsOf } from "../status.tsx";
import { type Column, Table } from "../table.tsx";
import { dateOf, relative } from "../time.tsx";
import { type Placed, shortName, treeOf } from "./tree.ts";

export interface AuthoritiesProps {
  readonly issuerId: string;
  readonly authorities: readonly AuthorityView[];
  readonly now: Instant;
}

export function Authorities({ issuerId, authorities, now }: AuthoritiesProps): Html | null {
  if (authorities.length === 0) return null;
  return (
    <Panel
      title="Authorities"
      sub={
        <a class="a" href={`/issuers/${issuerId}/pem`} download>
          Download all (PEM)
        </a>
      }
    >
      <Table
        caption="Authorities, root first"
        rows={treeOf(authorities)}
        columns={columnsOf(issuerId, now)}
        rowId={({ it }) => it.id}
      />
      <details>
        <summary class="a sub pb w-fit">Serial numbers and fingerprints</summary>
        <dl class="facts">
          {authorities.map((it) => (
            <>
              <dt dir="auto">{shortName(it.name)}</dt>
              <dd class="mono">
                {it.serialNumber}
                <br />
                {`SHA-256 ${it.fingerprint}`}
              </dd>
            </>
          ))}
        </dl>
      </details>
    </Panel>
  );
}

type Row = Placed<AuthorityView>;

const columnsOf = (issuerId: string, now: Instant): readonly Column<Row>[] => [
  {
    title: "Authority",
    cell: ({ it, lines }) => (
      <div class="tree">
        {lines.map((line) => (
          <i class={line === "" ? undefined : line} />
        ))}
        <Icon name={it.parentId === null ? "shield-check" : "stamp"} />
        <span class="min-w-0">
          <b class="n" dir="auto">
            {shortName(it.name)}
          </b>
          <span class="sub">{it.issuing ? "Issues certificates" : "Signs authorities"}</span>
        </span>
      </div>
    ),
  },
  { title: "State", label: false, cell: ({ it }) => <AuthorityState of={it} now={now} /> },
  {
    title: "Ends",
    width: "w-56",
    class: "w",
    label: false,
    cell: ({ it }) => (
      <div class="lt">
        <span class="sub">{`${relative(it.notAfter, now)}, ${dateOf(it.notAfter)}`}</span>
        <Life
          from={it.notBefore}
          to={it.notAfter}
          now={now}
          renewAt={null}
          state={it.notAfter <= now ? "b" : ""}
        />
      </div>
    ),
  },
  {
    title: "Certificate",
    label: false,
    cell: ({ it }) => (
      <span class="acts">
        <a
          class="a"
          href={`/issuers/${issuerId}/pem?authority=${encodeURIComponent(it.id)}`}
          download
          aria-label={`Download ${it.name} as PEM`}
        >
          PEM
        </a>
        <a
          class="a"
          href={`/.well-known/pki/ca/${it.id}`}
          download
          aria-label={`Download ${it.name} as DER`}
        >
          DER
        </a>
      </span>
    ),
  },
];

function AuthorityState({ of, now }: { readonly of: AuthorityView; readonly now: Instant }): Html {
  if (of.notAfter <= now) return <Status of="Expired" />;
  const state = of.state.toLowerCase();
  if (state === "active") return <Status of="Active" />;
  return <Status of={of.state} label={wordsOf(of.state)} />;
}
