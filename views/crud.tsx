/** List, form and detail of a simple thing, all from the contracts that `crud()` made. */
/** @jsxImportSource hono/jsx */
import type { z } from "zod";
import type { Contract } from "#base/contract.ts";
import { Details, Value } from "./detail.tsx";
import { Empty } from "./empty.tsx";
import { OperationForm } from "./form.tsx";
import type { Choices, Frame, Texts } from "./frame.ts";
import { Head } from "./head.tsx";
import type { Html } from "./html.ts";
import { ListPage, type Rows } from "./list-page.tsx";
import { Columns, Panel } from "./panel.tsx";
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
      empty={`No ${of.one} matches.`}
      none={<None of={of} frame={rows.frame} />}
      rowId={(it) => it.id}
    />
  );
}

function None({ of, frame }: { readonly of: Crud; readonly frame: Frame }): Html {
  return (
    <Empty
      frame={frame}
      title={`No ${of.one} yet`}
      text={of.purpose}
      ways={[
        {
          icon: "plus",
          title: `The first ${of.one}`,
          text: "It takes a name; the rest has defaults.",
          href: `${of.path}/new`,
          action: `New ${of.one}`,
          needs: of.api.create,
        },
      ]}
    />
  );
}

function columnsOf(of: Crud, frame: Frame, names: Names): readonly Column<Thing>[] {
  const name: Column<Thing> = {
    title: "Name",
    sort: "name",
    cell: (it) => (
      <a class="n" href={`${of.path}/${it.id}`} dir="auto">
        {it.name}
      </a>
    ),
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
      <Head title={`New ${of.one}`} lede={of.purpose} />
      <OperationForm
        of={of.api.create}
        frame={frame}
        choices={choices}
        submit={`Add the ${of.one}`}
        cancel={of.path}
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
      <Head title={thing.name} lede={of.purpose} />
      <Columns
        main={
          <>
            {frame.may(of.api.update) ? (
              <Panel title="Change" padded>
                <OperationForm
                  of={of.api.update}
                  frame={frame}
                  hidden={{ id: thing.id }}
                  revision={thing.revision}
                  values={values}
                  choices={choices}
                  submit="Save"
                />
              </Panel>
            ) : null}
            {frame.may(of.api.remove) ? (
              <Panel title="Delete" danger>
                <div>
                  <span>
                    <b>{`Delete this ${of.one}.`}</b>{" "}
                    <span class="text-muted">{`Only a ${of.one} that nothing uses can be deleted.`}</span>
                  </span>
                  <OperationForm
                    of={of.api.remove}
                    frame={frame}
                    hidden={{ id: thing.id }}
                    submit={`Delete the ${of.one}`}
                    danger
                  />
                </div>
              </Panel>
            ) : null}
          </>
        }
        aside={
          <Panel title="Facts">
            <Details
              of={of.view}
              value={thing}
              now={frame.now}
              omit={["name", "revision"]}
              instead={instead}
            />
          </Panel>
        }
      />
    </>
  );
}
