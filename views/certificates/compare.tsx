/** What differs between two versions of a certificate. */
/** @jsxImportSource hono/jsx */
import type { z } from "zod";
import { instant } from "#base/time.ts";
import type { certificatesApi } from "#features/certificates/api.ts";
import { Head } from "../head.tsx";
import type { Html } from "../html.ts";
import { Panel } from "../panel.tsx";
import { type Column, Table } from "../table.tsx";
import { dateOf } from "../time.tsx";

export type Comparison = z.output<(typeof certificatesApi)["compare"]["output"]>;
type Field = Comparison["fields"][number];

export function ComparePage({
  name,
  of,
}: {
  readonly name: string;
  readonly of: Comparison;
}): Html {
  const differing = of.fields.filter((it) => it.differs);
  const same = of.fields.filter((it) => !it.differs && it.to.length > 0);
  const said = differing.length === 1 ? "1 field differs" : `${differing.length} fields differ`;
  return (
    <>
      <Head
        title={`Versions of ${name}`}
        lede={
          <>
            <b>{said}</b>
            {`, ${same.length} are the same. `}
            {`The earlier is valid ${validity(of, "from")}, the later ${validity(of, "to")}.`}
          </>
        }
      />
      <div class="grid gap-4">
        <Panel title="What differs">
          {differing.length === 0 ? (
            <p class="pb text-muted">Nothing: it is the same certificate.</p>
          ) : (
            <Table caption="Fields that differ" rows={differing} columns={columns} />
          )}
        </Panel>
        <Panel title="What is the same">
          <Table caption="Fields that are the same" rows={same} columns={single} />
        </Panel>
      </div>
    </>
  );
}

/** Which of the versions it is, as people tell them apart. */
function validity({ fields }: Comparison, side: "from" | "to"): string {
  const at = (field: string) => fields.find((it) => it.field === field)?.[side][0] ?? "";
  const [from, to] = [Date.parse(at("notBefore")), Date.parse(at("notAfter"))];
  return `from ${dateOf(instant(from))} to ${dateOf(instant(to))}`;
}

const nameColumn: Column<Field> = { title: "Field", cell: (it) => <b>{it.field}</b> };

const columns: readonly Column<Field>[] = [
  nameColumn,
  {
    title: "Earlier",
    class: "w",
    cell: (it) => <Values all={it.from} others={it.to} sign="del" />,
  },
  { title: "Later", class: "w", cell: (it) => <Values all={it.to} others={it.from} sign="ins" /> },
];

const single: readonly Column<Field>[] = [
  nameColumn,
  { title: "Value", class: "w", cell: (it) => <Values all={it.to} others={it.to} sign="ins" /> },
];

interface ValuesProps {
  readonly all: readonly string[];
  /** Of the other version. */
  readonly others: readonly string[];
  readonly sign: "del" | "ins";
}

/** What only one of them has is marked as deleted or inserted, for eyes and for screen readers. */
function Values({ all, others, sign }: ValuesProps): Html {
  if (all.length === 0) return <span class="sub">absent</span>;
  const marked = (it: string) => (sign === "del" ? <del>{it}</del> : <ins>{it}</ins>);
  return (
    <ul class="plain mono">
      {all.map((it) => (
        <li dir="auto">{others.includes(it) ? it : marked(it)}</li>
      ))}
    </ul>
  );
}
