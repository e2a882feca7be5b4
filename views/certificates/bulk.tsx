/** Work on many certificates: what it is about before it is done, and the form that does it. */
/** @jsxImportSource hono/jsx */
import { certificatesApi } from "#features/certificates/api.ts";
import { Empty } from "../empty.tsx";
import { fieldsOf } from "../fields.ts";
import { OperationForm } from "../form.tsx";
import type { Choices, Frame, ShownProblem } from "../frame.ts";
import { Head } from "../head.tsx";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { grouped } from "../list-table.tsx";
import { Columns, Panel } from "../panel.tsx";
import { ProblemNote } from "../problem.tsx";

export interface Matched {
  readonly total: number;
  /** Some of them, to recognise what was chosen. */
  readonly some: readonly { readonly id: string; readonly name: string }[];
  readonly problem: ShownProblem | undefined;
}

export interface BulkProps {
  readonly frame: Frame;
  readonly of: typeof certificatesApi.bulkRenew | typeof certificatesApi.bulkReassign;
  /** What was chosen by wire name: ids, or criteria. */
  readonly chosen: Readonly<Record<string, readonly string[]>>;
  readonly matched: Matched;
  readonly choices: Choices;
}

export function BulkPage(props: BulkProps): Html {
  const { frame, of, chosen, matched, choices } = props;
  const count = counted(matched.total);
  const isRenewal = of.name === certificatesApi.bulkRenew.name;
  return (
    <>
      <Head
        title={of.summary}
        lede={
          matched.total === 0 ? null : (
            <>
              <b>{`${count}${criteriaOf(props)}`}</b>
              {". It becomes a job that can be paused and stopped, and shows what came of each."}
            </>
          )
        }
      />
      {matched.problem ? <ProblemNote problem={matched.problem} /> : null}
      {matched.total === 0 ? (
        <Empty
          frame={frame}
          title="No certificate is chosen"
          text="Tick some in the list, or filter the list and take all that match."
          ways={[
            {
              icon: "file-badge",
              title: "Choose",
              text: "Every row has a box; the bar below the list says what can be done.",
              href: "/certificates",
              action: "Certificates",
            },
          ]}
        />
      ) : (
        <Columns
          main={
            <Panel title={isRenewal ? "How" : "To whom"} padded>
              <OperationForm
                of={of}
                frame={frame}
                hidden={chosen}
                only={isRenewal ? ["force"] : ["owner_id", "team_id"]}
                choices={choices}
                submit={`${isRenewal ? "Renew" : "Reassign"} ${count}`}
                cancel="/certificates"
              />
            </Panel>
          }
          aside={
            <Panel title="What is chosen" sub={count}>
              <ul class="pb plain grid gap-1">
                {matched.some.map((it) => (
                  <li>
                    <a class="a" href={`/certificates/${it.id}`} dir="auto">
                      {it.name}
                    </a>
                  </li>
                ))}
                {matched.total > matched.some.length ? (
                  <li class="sub">{`and ${grouped(matched.total - matched.some.length)} more`}</li>
                ) : null}
              </ul>
            </Panel>
          }
        />
      )}
    </>
  );
}

const counted = (n: number): string => (n === 1 ? "1 certificate" : `${grouped(n)} certificates`);

/** By the words of the form's fields and choices. Empty when they were named one by one. */
function criteriaOf({ of, chosen, choices }: BulkProps): string {
  const titles = new Map(fieldsOf(of).map((it) => [it.name, it.title]));
  const said = Object.entries(chosen)
    .filter(([name]) => name !== "certificate_ids")
    .map(([name, values]) => {
      const known = choices[name.replace(/^from_/, "")] ?? [];
      const labels = values.map((it) => known.find(({ value }) => value === it)?.label ?? it);
      return `${titles.get(name) ?? name}: ${labels.join(", ")}`;
    });
  return said.length === 0 ? "" : ` (${said.join("; ")})`;
}

export interface SelectedProps {
  readonly frame: Frame;
  readonly query: URLSearchParams;
  readonly total: number;
  /** The criteria of the list, by wire name. */
  readonly criteria: readonly string[];
}

const formId = "selected";

/** Above the table: what can be done with the rows that are ticked, and with all that match. */
export function SelectedBar({ frame, query, total, criteria }: SelectedProps): Html | null {
  if (!frame.may(certificatesApi.bulkRenew) || total === 0) return null;
  const narrowed = [...query].filter(([name, value]) => criteria.includes(name) && value !== "");
  const owner = narrowed.length === 1 ? query.get("owner_id") : null;
  return (
    <form
      method="get"
      action="/certificates/bulk-renew"
      id={formId}
      class="bulk"
      role="toolbar"
      aria-label="With the chosen certificates"
    >
      <b data-picked>With the chosen</b>
      <button type="submit" class="btn btn-sm">
        <Icon name="refresh-cw" class="i-s" />
        Renew…
      </button>
      <button type="submit" class="btn btn-sm" formaction="/certificates/bulk-reassign">
        <Icon name="users" class="i-s" />
        Reassign…
      </button>
      {narrowed.length > 0 ? (
        <>
          <hr />
          <a class="btn btn-sm" href={`/certificates/bulk-renew?${new URLSearchParams(narrowed)}`}>
            {`Renew all ${grouped(total)} that match…`}
          </a>
        </>
      ) : null}
      {owner ? (
        <a
          class="btn btn-sm"
          href={`/certificates/bulk-reassign?${new URLSearchParams({ from_owner_id: owner })}`}
        >
          {`Reassign all ${grouped(total)} of this owner…`}
        </a>
      ) : null}
    </form>
  );
}

export function Tick({ id, name }: { readonly id: string; readonly name: string }): Html {
  return (
    <label>
      <input
        type="checkbox"
        class="checkbox"
        name="certificate_ids"
        value={id}
        form={formId}
        aria-label={`Choose ${name}`}
      />
    </label>
  );
}
