/** API keys: who may call the API as what. The key itself is seen once, when it is made. */
/** @jsxImportSource hono/jsx */
import type { z } from "zod";
import { accessApi } from "#features/access/api.ts";
import type { ApiKeyView } from "#features/access/principal.ts";
import { OperationForm } from "../form.tsx";
import type { Choices, Frame } from "../frame.ts";
import { Head } from "../head.tsx";
import type { Html } from "../html.ts";
import { ListPage, type Rows } from "../list-page.tsx";
import type { Names } from "../reference.tsx";
import { Secret } from "../secret.tsx";
import type { Column } from "../table.tsx";
import { Time } from "../time.tsx";
import { Grants } from "./grants.tsx";

type Key = z.output<typeof ApiKeyView>;

export interface KeysProps extends Rows<Key> {
  readonly names: Names;
}

export function KeysPage({ names, ...rows }: KeysProps): Html {
  return (
    <ListPage
      {...rows}
      title="API keys"
      lede="A key speaks for a program: it has roles of its own, may expire, and only a hash of it is kept."
      rowId={(it) => it.id}
      create={{ contract: accessApi.createKey, label: "New API key" }}
      of={accessApi.listKeys}
      path="/keys"
      columns={columnsOf(rows.frame, names)}
      empty="No API key matches."
    />
  );
}

const columnsOf = (frame: Frame, names: Names): readonly Column<Key>[] => [
  { title: "Name", sort: "name", cell: (it) => <Named of={it} /> },
  { title: "Roles", cell: (it) => <Grants of={it.grants} names={names} /> },
  {
    title: "Made",
    sort: "created_at",
    class: "h",
    cell: (it) => <Time at={it.createdAt} now={frame.now} />,
  },
  { title: "Expires", cell: (it) => <Time at={it.expiresAt} now={frame.now} none="never" /> },
  { title: "Last use", cell: (it) => <LastUse of={it} frame={frame} /> },
  { title: "", class: "num", label: false, cell: (it) => <Revoke of={it} frame={frame} /> },
];

function Named({ of }: { readonly of: Key }): Html {
  return (
    <>
      <b class="n" dir="auto">
        {of.name}
      </b>
      <span class="sub">
        {"ends with "}
        <code>{of.hint}</code>
        {`, made by ${of.createdBy}`}
      </span>
    </>
  );
}

function LastUse({ of, frame }: { readonly of: Key; readonly frame: Frame }): Html {
  return (
    <>
      <Time at={of.lastUsedAt} now={frame.now} none="never" />
      {of.lastUsedAddress ? <span class="sub">{`from ${of.lastUsedAddress}`}</span> : null}
    </>
  );
}

function Revoke({ of, frame }: { readonly of: Key; readonly frame: Frame }): Html {
  if (of.revokedAt !== null) {
    return (
      <>
        {"revoked "}
        <Time at={of.revokedAt} now={frame.now} />
      </>
    );
  }
  return (
    <OperationForm
      of={accessApi.revokeKey}
      frame={frame}
      hidden={{ id: of.id }}
      submit={`Revoke ${of.name}`}
      small
      danger
    />
  );
}

export function NewKeyForm({
  frame,
  choices,
}: {
  readonly frame: Frame;
  readonly choices: Choices;
}): Html {
  return (
    <>
      <Head title="New API key" help="api-key" lede="It is shown once, when it is made." />
      <OperationForm
        of={accessApi.createKey}
        frame={frame}
        choices={choices}
        submit="Make the key"
        cancel="/keys"
      />
    </>
  );
}

export interface NewKeyProps {
  readonly created: { readonly name: string; readonly key: string };
}

export function NewKeyPage({ created }: NewKeyProps): Html {
  return (
    <>
      <Head
        title={`The API key ${created.name}`}
        lede="It is shown this once; only a hash of it is kept. Send it as a Bearer token."
      />
      <div class="prose1">
        <Secret value={created.key} label="API key" />
        <p>
          <a class="btn" href="/keys">
            All API keys
          </a>
        </p>
      </div>
    </>
  );
}
