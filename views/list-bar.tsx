/** Above a table: search, filters as chips, which columns, how dense. Forms and links only, so that it works without a script. */
/** @jsxImportSource hono/jsx */
import { passing } from "#features/saved-views/view-query.ts";
import { FieldView } from "./field.tsx";
import { type Field, fieldsOf } from "./fields.ts";
import { Hidden } from "./form.tsx";
import type { Choice } from "./frame.ts";
import type { Html } from "./html.ts";
import { Icon } from "./icon.tsx";
import { defaultSort, hrefOf, hrefWithout, isMechanic } from "./list-query.ts";
import type { ListTableProps } from "./listed.ts";
import { within } from "./live.tsx";
import { SaveView } from "./saved-views.tsx";

type BarProps<Row> = ListTableProps<Row>;

export function ListBar<Row>(props: BarProps<Row>): Html {
  const { of } = props;
  const all = fieldsOf(of).filter(({ key }) => !isMechanic(key) && !of.path.includes(`:${key}`));
  const filters = all.filter(({ key }) => key !== "q");
  return (
    <div class="bar">
      {all.some(({ key }) => key === "q") ? <Search {...props} /> : null}
      <Chips {...props} filters={filters} />
      {filters.length > 0 ? <FilterPop {...props} filters={filters} /> : null}
      <SortPop {...props} />
      <span class="grow" />
      <ColumnsPop {...props} />
      <Density {...props} />
      <SaveView {...props} />
    </div>
  );
}

/** What the form does not show is kept as it is; the page begins anew. */
function Kept({
  query,
  but,
}: {
  readonly query: URLSearchParams;
  readonly but: readonly string[];
}): Html {
  const left = [...query].filter(
    ([name, value]) => value !== "" && ![...passing, ...but].includes(name),
  );
  return (
    <>
      {left.map(([name, value]) => (
        <Hidden name={name} value={value} />
      ))}
    </>
  );
}

/** Searches while it is typed; the newest answer wins. */
function Search<Row>({ path, query, frame, caption }: BarProps<Row>): Html {
  const live = {
    "hx-get": path,
    "hx-trigger": "submit, input delay:150ms",
    "hx-target": "#main",
    "hx-select": "#main",
    "hx-swap": "outerMorph",
    "hx-push-url": "true",
    "hx-sync": "this:replace",
    "hx-nonce": frame.nonce,
  };
  return (
    <search class="contents">
      <form class="contents" method="get" action={path} {...live}>
        <Kept query={query} but={["q"]} />
        <label class="input" for="q">
          <span class="sr-only">{`Search: ${caption}`}</span>
          <Icon name="search" class="text-muted" />
          <input
            type="search"
            id="q"
            name="q"
            value={query.get("q") ?? ""}
            placeholder="Search"
            autocomplete="off"
            spellcheck={false}
            maxlength={200}
            dir="auto"
          />
          <kbd class="kbd wide-only">/</kbd>
        </label>
      </form>
    </search>
  );
}

interface WithFilters<Row> extends BarProps<Row> {
  readonly filters: readonly Field[];
}

function Chips<Row>({ filters, path, query, frame, choices = {} }: WithFilters<Row>): Html {
  const set = filters.flatMap((field) =>
    query
      .getAll(field.name)
      .filter((it) => it !== "")
      .map((value) => ({ field, value, words: wordsFor(field, value, choices[field.name]) })),
  );
  return (
    <>
      {set.map(({ field, value, words }) => (
        <span class="chip">
          <span>{field.title}</span>
          <span class="bidi text-base-content">{words}</span>
          <a
            href={hrefWithout(path, query, field.name, value)}
            aria-label={`Remove the filter ${field.title}: ${words}`}
            {...within(frame)}
          >
            <Icon name="x" class="i-s" />
          </a>
        </span>
      ))}
      {set.length > 1 ? (
        <a
          class="btn btn-ghost btn-sm"
          href={hrefOf(path, query, clearing(filters))}
          {...within(frame)}
        >
          Clear
        </a>
      ) : null}
    </>
  );
}

const clearing = (filters: readonly Field[]): Readonly<Record<string, null>> =>
  Object.fromEntries(filters.map(({ name }) => [name, null]));

function wordsFor(field: Field, value: string, known: readonly Choice[] | undefined): string {
  const choice = (known ?? field.choices ?? []).find(
    (it) => it.value.toLowerCase() === value.toLowerCase(),
  );
  if (choice) return choice.label;
  if (field.control === "lines" && value.includes(",")) return `${value.split(",").length} of them`;
  return field.control === "datetime" ? `${value.replace("T", " ").replace(/Z$/, "")} UTC` : value;
}

function FilterPop<Row>(props: WithFilters<Row>): Html {
  const { of, filters, path, query, frame, choices = {} } = props;
  const texts = Object.fromEntries(filters.map(({ name }) => [name, textsIn(query, name)]));
  const id = `filter-${of.name.replaceAll(/[._]/g, "-")}`;
  const set = { id, texts, errors: [], choices, filters: true };
  return (
    <details class="pop wide start">
      <summary class="btn">
        <Icon name="list-filter" class="i-s" />
        Filter
      </summary>
      <div>
        <form class="contents" method="get" action={path} {...within(frame)}>
          <Kept query={query} but={filters.map(({ name }) => name)} />
          {filters.map((field) => (
            <FieldView field={field} set={set} />
          ))}
          <div class="acts">
            <button type="submit" class="btn btn-primary">
              Apply
            </button>
            <a
              class="btn btn-ghost"
              href={hrefOf(path, query, clearing(filters))}
              {...within(frame)}
            >
              Clear
            </a>
          </div>
        </form>
      </div>
    </details>
  );
}

const textsIn = (query: URLSearchParams, name: string): readonly string[] =>
  query.getAll(name).map((it) => it.replace(/Z$/, ""));

/** Where rows are cards there are no heads to sort by. Says the order that is in force. */
function SortPop<Row>({ columns, path, query, frame, of }: BarProps<Row>): Html | null {
  const sorts = columns.flatMap(({ title, sort, head }) =>
    sort === undefined || head !== undefined ? [] : [{ title, sort }],
  );
  if (sorts.length === 0) return null;
  const present = query.get("sort") ?? defaultSort(of) ?? "";
  const now = sorts.find(({ sort }) => sort === present.replace(/^-/, ""));
  const orders = sorts.flatMap(({ title, sort }) => [
    { title, sort, up: true },
    { title, sort: `-${sort}`, up: false },
  ]);
  return (
    <details class="pop start narrow-only">
      <summary class="btn">
        {now ? (
          <Icon name={present.startsWith("-") ? "arrow-down" : "arrow-up"} class="i-s" />
        ) : null}
        {now ? `Sorted by ${now.title}` : "Sort"}
      </summary>
      <div>
        {orders.map(({ title, sort, up }) => (
          <a
            class="mi"
            href={hrefOf(path, query, { sort })}
            aria-current={sort === present ? "true" : undefined}
            {...within(frame)}
          >
            <Icon name={up ? "arrow-up" : "arrow-down"} class="i-s" />
            {`${title}, ${up ? "ascending" : "descending"}`}
          </a>
        ))}
      </div>
    </details>
  );
}

function ColumnsPop<Row>({ columns, path, query, frame }: BarProps<Row>): Html | null {
  const [, ...others] = columns.filter((it) => it.title !== "");
  if (others.length < 3) return null;
  const asked = query.getAll("columns").filter((it) => it !== "");
  const isShown = (it: { readonly title: string; readonly extra?: boolean }) =>
    asked.length === 0 ? !it.extra : asked.includes(it.title);
  return (
    <details class="pop wide-only">
      <summary class="btn">
        <Icon name="columns-3" class="i-s" />
        Columns
      </summary>
      <div>
        <form method="get" action={path} aria-label="Columns" {...within(frame)}>
          <Kept query={query} but={["columns"]} />
          {others.map((it) => (
            <label class="mi">
              <input
                type="checkbox"
                class="checkbox"
                name="columns"
                value={it.title}
                checked={isShown(it) || undefined}
              />
              {it.title}
            </label>
          ))}
          <div class="acts p-2">
            <button type="submit" class="btn btn-sm btn-primary">
              Apply
            </button>
            <a
              class="btn btn-sm btn-ghost"
              href={hrefOf(path, query, { columns: null })}
              {...within(frame)}
            >
              Reset
            </a>
          </div>
        </form>
      </div>
    </details>
  );
}

function Density<Row>({ path, query, frame }: BarProps<Row>): Html {
  const isCompact = query.get("density") === "compact";
  return (
    <a
      class="btn wide-only"
      href={hrefOf(path, query, { density: isCompact ? null : "compact" })}
      {...within(frame)}
    >
      <Icon name="rows-3" class="i-s" />
      {isCompact ? "Compact" : "Cosy"}
    </a>
  );
}
