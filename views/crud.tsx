/** List, form and detail of a simple thing, all from the contracts that `crud()` made. */
/** @jsxImportSource hono/jsx */
import type { z } from "zod";
import type { Contract } from "#base/contract.ts";
import { Details, Value } from "./detail.tsx";
import { OperationForm } from "./form.tsx";
import type { Choices, Frame, Texts } from "./frame.ts";
import type { Html } from "./html.ts";
import { ListPage, type Rows } from "./list-page.tsx";
import { type NamedKind, type Names, Ref } from "./reference.tsx";
import type { Column } from "./table.tsx";

/** What every such thing has; the rest is told by the schema. */
export interface Thing {
  readonly id: string;
  readonly name: string;
  readonly revision: number;
}

export interface Crud {
  readonly api: {
    readonly list: Contract;
    readonly get: Contract;
    readonly create: Contract;
    readonly update: Contract;
    readonly remove: Contract;
  };
  /** `/teams`. */
  readonly path: string;
  /** `team`, `Teams`. */
  readonly one: string;
  readonly many: string;
  /** One of them, as an output. */
  readonly view: z.ZodObject;
  /** Keys of the view that a list shows beside the name, with their titles. */
  readonly columns: readonly (readonly [key: string, title: string])[];
  /** Keys that hold the id of something else. */
  readonly references: Readonly<Record<string, NamedKind>>;
  /** What it is for, in a sentence. */
  readonly purpose: string;
}

export interface CrudListProps extends Rows<Thing> {
  readonly of: Crud;
  readonly names: Names;
  readonly choices: Choices;
}

export function CrudList({ of, names, choices, ...rows }: CrudListProps): Html {
  return (
    <ListPage
      {...rows}
      title={of.many}
      lede={of.purpose}
      create={{ contract: of.api.create, label: `New ${of.one}` }}
      of={of.api.list}
      path={of.path}
      columns={columnsOf(of, rows.frame, names)}
      choices={choices}
      empty={`There is no such ${of.one}.`}
    />
  );
}

function columnsOf(of: Crud, frame: Frame, names: Names): readonly Column<Thing>[] {
  const name: Column<Thing> = {
    title: "Name",
    sort: "name",
    cell: (it) => <a href={`${of.path}/${it.id}`}>{it.name}</a>,
  };
  const others = of.columns.map(
    ([key, title]): Column<Thing> => ({
      title,
      cell: (it) => cellOf(of, frame, names, { key, value: Reflect.get(it, key) }),
    }),
  );
  return [name, ...others];
}

function cellOf(
  of: Crud,
  frame: Frame,
  names: Names,
  { key, value }: { readonly key: string; readonly value: unknown },
): Html | string {
  const kind = of.references[key];
  if (kind) return <Ref kind={kind} id={typeof value === "string" ? value : null} names={names} />;
  const schema = of.view.shape[key];
  return schema ? <Value schema={schema} value={value} now={frame.now} name={key} /> : "";
}

export interface CrudFormProps {
  readonly of: Crud;
  readonly frame: Frame;
  readonly choices: Choices;
}

export function CrudNew({ of, frame, choices }: CrudFormProps): Html {
  return (
    <>
      <h1>{`New ${of.one}`}</h1>
      <OperationForm
        of={of.api.create}
        frame={frame}
        choices={choices}
        submit={`Add the ${of.one}`}
      />
    </>
  );
}

export interface CrudDetailProps extends CrudFormProps {
  readonly thing: Thing;
  readonly names: Names;
  readonly values: Texts;
}

export function CrudDetail({ of, frame, thing, names, values, choices }: CrudDetailProps): Html {
  const instead = Object.fromEntries(
    Object.keys(of.references).map((key) => {
      const value: unknown = Reflect.get(thing, key);
      return [key, cellOf(of, frame, names, { key, value })];
    }),
  );
  return (
    <>
      <h1>{thing.name}</h1>
      <Details
        of={of.view}
        value={thing}
        now={frame.now}
        omit={["name", "revision"]}
        instead={instead}
      />
      {frame.may(of.api.update) ? (
        <details open={frame.sent?.operation === of.api.update.name || undefined}>
          <summary>Change…</summary>
          <OperationForm
            of={of.api.update}
            frame={frame}
            hidden={{ id: thing.id }}
            revision={thing.revision}
            values={values}
            choices={choices}
            submit="Save"
          />
        </details>
      ) : null}
      {frame.may(of.api.remove) ? (
        <details>
          <summary>Delete…</summary>
          <p>{`Only a ${of.one} that nothing uses can be deleted.`}</p>
          <OperationForm
            of={of.api.remove}
            frame={frame}
            hidden={{ id: thing.id }}
            submit={`Delete the ${of.one}`}
            danger
          />
        </details>
      ) : null}
    </>
  );
}
