/** The list of a simple thing, and the form of a new one, from the contracts that `crud()` made. */
/** @jsxImportSource hono/jsx */
import { countOf } from "../count.ts";
import { conceptAt } from "../docs/concepts.ts";
import { Empty } from "../empty.tsx";
import { OperationForm } from "../form.tsx";
import type { Choices, Frame } from "../frame.ts";
import { Head } from "../head.tsx";
import type { Html } from "../html.ts";
import { ListPage, type Rows } from "../list-page.tsx";
import { filterNames } from "../list-query.ts";
import type { Column } from "../table.tsx";
import { Time } from "../time.tsx";
import type { Beside, Crud, Thing } from "./kind.ts";
import { UseCount, UseTrouble } from "./uses.tsx";

export interface CrudListProps<T extends Thing, More> extends Rows<T> {
  readonly of: Crud<T, More>;
  readonly beside: Beside<More>;
  readonly choices: Choices;
}

export function CrudList<T extends Thing, More>(props: CrudListProps<T, More>): Html {
  const { of, beside, choices, ...rows } = props;
  return (
    <ListPage
      {...rows}
      title={of.many}
      lede={<Lede {...props} />}
      create={{ contract: of.api.create, label: `New ${of.one}` }}
      of={of.api.list}
      path={of.path}
      columns={columnsOf(of, beside)}
      choices={choices}
      empty={`No ${of.one} matches.`}
      none={<None of={of} frame={rows.frame} />}
      rowId={(it) => it.id}
    />
  );
}

function Lede<T extends Thing, More>({ of, list, query }: CrudListProps<T, More>): Html | null {
  if (list.problem) return null;
  const isNarrowed = filterNames(of.api.list).some((name) => query.get(name));
  if (!isNarrowed) return <>{of.purpose}</>;
  return (
    <>
      <b>{countOf(list.total, of.one, of.many.toLowerCase())}</b>
      {list.total === 1 ? " matches." : " match."}
    </>
  );
}

function None<T extends Thing, More>({
  of,
  frame,
}: {
  readonly of: Crud<T, More>;
  readonly frame: Frame;
}): Html {
  return (
    <Empty
      frame={frame}
      title={`No ${of.one} yet`}
      text={of.purpose}
      ways={[
        {
          icon: of.icon,
          title: `Add the first ${of.one}`,
          text: "Little has to be said; the rest has defaults.",
          href: `${of.path}/new`,
          action: `New ${of.one}`,
          needs: of.api.create,
        },
        {
          icon: "book-open",
          title: "Read what it is for",
          text: "The concepts, and how they hang together.",
          href: "/docs/concepts",
          action: "Open the manual",
        },
      ]}
    />
  );
}

function columnsOf<T extends Thing, More>(
  of: Crud<T, More>,
  beside: Beside<More>,
): readonly Column<T>[] {
  const usesOf = (it: T) => ({ of, id: it.id, uses: beside.uses.get(it.id) });
  return [
    {
      title: "Name",
      sort: "name",
      width: "min-w-48",
      cell: (it) => (
        <>
          <a class="n" href={`${of.path}/${it.id}`} dir="auto">
            {it.name}
          </a>
          <span class="sub line-clamp-2" dir="auto">
            {of.under(it)}
          </span>
        </>
      ),
    },
    ...of.columns(beside),
    { title: "Certificates", cell: (it) => <UseCount {...usesOf(it)} /> },
    {
      title: "Needs somebody",
      class: "w",
      label: false,
      cell: (it) => <UseTrouble {...usesOf(it)} />,
    },
    {
      title: "Added",
      sort: "created_at",
      class: "h",
      extra: true,
      cell: (it) => <Time at={it.createdAt} now={beside.frame.now} />,
    },
  ];
}

export interface CrudNewProps<T extends Thing, More> {
  readonly of: Crud<T, More>;
  readonly frame: Frame;
  readonly choices: Choices;
}

export function CrudNew<T extends Thing, More>(props: CrudNewProps<T, More>): Html {
  const { of, frame, choices } = props;
  return (
    <>
      <Head title={`New ${of.one}`} help={conceptAt[of.path]} lede={of.purpose} />
      <OperationForm
        of={of.api.create}
        frame={frame}
        choices={choices}
        more={[...of.folded, "id"]}
        submit={`Add the ${of.one}`}
        cancel={of.path}
      />
    </>
  );
}
