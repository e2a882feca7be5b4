/** API keys: who may call the API as what. The key itself is seen once, when it is made. */
/** @jsxImportSource hono/jsx */
import type { z } from "zod";
import { accessApi } from "#features/access/api.ts";
import type { ApiKeyView } from "#features/access/principal.ts";
import { OperationForm } from "../form.tsx";
import type { Choices, Frame } from "../frame.ts";
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
      create={{ contract: accessApi.createKey, label: "New API key" }}
      of={accessApi.listKeys}
      path="/keys"
      columns={columnsOf(rows.frame, names)}
      empty="There is no API key."
    />
  );
}

const columnsOf = (frame: Frame, names: Names): readonly Column<Key>[] => [
  { title: "Name", sort: "name", cell: (it) => it.name },
  { title: "Ends with", cell: (it) => <code>{it.hint}</code> },
  { title: "Roles", cell: (it) => <Grants of={it.grants} names={names} /> },
  { title: "Made", sort: "created_at", cell: (it) => <Time at={it.createdAt} now={frame.now} /> },
  { title: "Made by", cell: (it) => it.createdBy },
  { title: "Expires", cell: (it) => <Time at={it.expiresAt} now={frame.now} none="never" /> },
  { title: "Last use", cell: (it) => <LastUse of={it} frame={frame} /> },
  { title: "Revoke", cell: (it) => <Revoke of={it} frame={frame} /> },
];

function LastUse({ of, frame }: { readonly of: Key; readonly frame: Frame }): Html {
  return (
    <>
      <Time at={of.lastUsedAt} now={frame.now} none="never" />
      {of.lastUsedAddress ? ` from ${of.lastUsedAddress}` : null}
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
      <h1>New API key</h1>
      <OperationForm
        of={accessApi.createKey}
        frame={frame}
        choices={choices}
        submit="Make the key"
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
      <h1>{`The API key ${created.name}`}</h1>
      <p>It is shown this once; only a hash of it is kept. Send it as a Bearer token.</p>
      <Secret value={created.key} label="API key" />
      <p>
        <a href="/keys">All API keys</a>
      </p>
    </>
  );
}
