/** Work on many certificates: what it is about before it is done, and the form that does it. */
/** @jsxImportSource hono/jsx */
import { certificatesApi } from "#features/certificates/api.ts";
import { fieldsOf } from "../fields.ts";
import { OperationForm } from "../form.tsx";
import type { Choices, Frame, ShownProblem } from "../frame.ts";
import type { Html } from "../html.ts";
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
      <h1>{of.summary}</h1>
      {matched.problem ? <ProblemNote problem={matched.problem} /> : null}
      {matched.total === 0 ? (
        <p>
          {"No certificate is chosen. "}
          <a href="/certificates">Choose some in the list</a>, or filter it.
        </p>
      ) : (
        <>
          <p>{`${count}${criteriaOf(props)}:`}</p>
          <ul>
            {matched.some.map((it) => (
              <li>
                <a href={`/certificates/${it.id}`}>{it.name}</a>
              </li>
            ))}
            {matched.total > matched.some.length ? (
              <li>{`and ${matched.total - matched.some.length} more`}</li>
            ) : null}
          </ul>
          <OperationForm
            of={of}
            frame={frame}
            hidden={chosen}
            only={isRenewal ? ["force"] : ["owner_id", "team_id"]}
            choices={choices}
            submit={`${isRenewal ? "Renew" : "Reassign"} ${count}`}
          />
          <p class="sub">
            It becomes a job that can be paused and stopped, and shows what came of each.
          </p>
        </>
      )}
    </>
  );
}

const counted = (n: number): string => (n === 1 ? "1 certificate" : `${n} certificates`);

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
    <form method="get" action="/certificates/bulk-renew" id={formId} class="acts mb-4">
      <span>With what is ticked:</span>
      <button type="submit">Renew…</button>
      <button type="submit" formaction="/certificates/bulk-reassign">
        Reassign…
      </button>
      {narrowed.length > 0 ? (
        <a href={`/certificates/bulk-renew?${new URLSearchParams(narrowed)}`}>
          {`Renew all ${total} that match…`}
        </a>
      ) : null}
      {owner ? (
        <a href={`/certificates/bulk-reassign?${new URLSearchParams({ from_owner_id: owner })}`}>
          {`Reassign all ${total} of this owner…`}
        </a>
      ) : null}
    </form>
  );
}

export function Tick({ id, name }: { readonly id: string; readonly name: string }): Html {
  return (
    <input
      type="checkbox"
      name="certificate_ids"
      value={id}
      form={formId}
      aria-label={`Choose ${name}`}
    />
  );
}
