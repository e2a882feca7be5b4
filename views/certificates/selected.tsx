/** Choosing rows of the list: a box in each, one for the page, all that match; and what can be done with what is chosen. */
/** @jsxImportSource hono/jsx */
import { mostItems } from "#features/bulk/answer.ts";
import { certificatesApi } from "#features/certificates/api.ts";
import { Hidden } from "../form.tsx";
import type { Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import { Icon } from "../icon.tsx";
import { filterNames, hrefOf } from "../list-query.ts";
import { capital, countOf, grouped } from "../list-table.tsx";
import type { Listed } from "../listed.ts";
import { within } from "../live.tsx";
import type { Column } from "../table.tsx";
import { bulkKinds } from "./bulk-kinds.ts";

/** `all 12,431 that match`. */
const allOf = (list: Listed<unknown>): string =>
  list.totalIsExact ? `all ${countOf(list)} that match` : `all that match (${countOf(list)})`;

export interface SelectedProps {
  readonly frame: Frame;
  readonly query: URLSearchParams;
  readonly list: Listed<unknown>;
}

const formId = "selected";

/** What of the query narrows the list. */
export const criteriaIn = (query: URLSearchParams): readonly (readonly [string, string])[] => {
  const names = filterNames(certificatesApi.list);
  return [...query].filter(([name, value]) => names.includes(name) && value !== "");
};

/** All that match, and not the ticks of a page. Never without a criterion: nobody means all there are by saying nothing. */
export const isAllChosen = (query: URLSearchParams): boolean =>
  query.get("chosen") === "all" && criteriaIn(query).length > 0;

const allHref = (query: URLSearchParams) => hrefOf("/certificates", query, { chosen: "all" });

/** Below the table: what can be done with what is chosen. */
export function SelectedBar({ frame, query, list }: SelectedProps): Html | null {
  const kinds = bulkKinds.filter(({ of }) => frame.may(of));
  if (kinds.length === 0 || list.total === 0) return null;
  const all = isAllChosen(query);
  const criteria = criteriaIn(query);
  if (all && list.total > mostItems) return <TooMany total={list.total} />;
  const isMore = list.total > list.data.length && criteria.length > 0;
  return (
    <form
      method="get"
      action={kinds[0]?.path}
      id={formId}
      class="bulk"
      role="toolbar"
      aria-label="With the chosen certificates"
    >
      {all ? (
        <>
          <b>{`${capital(allOf(list))} chosen`}</b>
          {criteria.map(([name, value]) => (
            <Hidden name={name} value={value} />
          ))}
        </>
      ) : (
        <b>
          <span class="scripted">
            <span data-count>0</span> chosen
          </span>
          <span class="unscripted">With the chosen</span>
        </b>
      )}
      {kinds.map((it) => (
        <>
          {it.danger ? <hr /> : null}
          <button type="submit" class="btn btn-sm" formaction={it.path}>
            <Icon name={it.icon} class="i-s" />
            {`${it.verb}…`}
          </button>
        </>
      ))}
      {all || !isMore ? null : (
        <span class="unscripted">
          <a class="btn btn-sm" href={allHref(query)}>
            {`Choose ${allOf(list)}`}
          </a>
        </span>
      )}
    </form>
  );
}

/** In place of buttons that would be refused. */
function TooMany({ total }: { readonly total: number }): Html {
  return (
    <p class="bulk" role="note">
      <b>{`${grouped(total)} match`}</b>
      <span class="pe-2">
        {`One job takes at most ${grouped(mostItems)}. Narrow the list to choose all.`}
      </span>
    </p>
  );
}

/** Above the table, when the whole page is chosen: is more meant? */
export function AllRow({ frame, query, list }: SelectedProps): Html | null {
  if (!frame.may(certificatesApi.bulkRenew) || list.data.length === 0) return null;
  if (isAllChosen(query)) {
    return (
      <p class="selall">
        <span>{`${capital(allOf(list))} are chosen.`}</span>
        <a class="a" href={hrefOf("/certificates", query, {})} {...within(frame)}>
          Choose none
        </a>
      </p>
    );
  }
  if (list.total <= list.data.length) return null;
  return (
    <p class="selall ticked scripted">
      <span>{`All ${list.data.length} on this page are chosen.`}</span>
      {criteriaIn(query).length > 0 ? (
        <a class="a" href={allHref(query)} {...within(frame)}>
          {`Choose ${allOf(list)}`}
        </a>
      ) : (
        <span>Filter the list to choose more than a page.</span>
      )}
    </p>
  );
}

/** The boxes of the rows, and in the head the one for all of the page. */
export function tickColumn(query: URLSearchParams): Column<{
  readonly id: string;
  readonly name: string;
}> {
  const all = isAllChosen(query);
  return {
    title: "Choose",
    class: "ck",
    label: false,
    head: (
      <>
        <span class={all ? "sr-only" : "sr-only unscripted"}>Choose</span>
        {all ? null : (
          <label class="scripted">
            <input
              type="checkbox"
              class="checkbox"
              data-select-all
              autocomplete="off"
              aria-label="Choose all on this page"
            />
          </label>
        )}
      </>
    ),
    cell: (it) => <Tick id={it.id} name={it.name} all={all} />,
  };
}

interface TickProps {
  readonly id: string;
  readonly name: string;
  /** All that match are chosen: there is nothing to take out of it. */
  readonly all: boolean;
}

function Tick({ id, name, all }: TickProps): Html {
  return (
    <label>
      <input
        type="checkbox"
        class="checkbox"
        name="certificate_ids"
        value={id}
        form={formId}
        checked={all || undefined}
        disabled={all || undefined}
        aria-label={`Choose ${name}`}
      />
    </label>
  );
}
