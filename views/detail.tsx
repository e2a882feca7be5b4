/** One thing as a list of names and values, made from an output schema. */
/** @jsxImportSource hono/jsx */
import { z } from "zod";
import { toTitle } from "#base/case.ts";
import { shapeOf, unwrap } from "#base/schema.ts";
import type { Instant } from "#base/time.ts";
import type { Html } from "./html.ts";
import { Status } from "./status.tsx";
import { Time } from "./time.tsx";

type Schema = z.core.$ZodType;

export interface DetailsProps<T extends object> {
  readonly of: Schema;
  readonly value: T;
  readonly now: Instant;
  /** Keys (camelCase) that are not shown. */
  readonly omit?: readonly (keyof T & string)[];
  /** What is shown instead of the plain value: a name with a link for an id. */
  readonly instead?: { readonly [K in keyof T]?: Html | string };
}

export function Details<T extends object>(props: DetailsProps<T>): Html {
  const { of, value, now, omit = [], instead = {} } = props;
  const rows = Object.entries(shapeOf(of)).filter(([key]) => !omit.some((it) => it === key));
  const replaced: Readonly<Record<string, Html | string | undefined>> = instead;
  return (
    <dl class="facts">
      {rows.map(([key, schema]) => (
        <>
          <dt>{titleOf(key, schema)}</dt>
          <dd dir="auto">
            {replaced[key] ?? (
              <Value schema={schema} value={Reflect.get(value, key)} now={now} name={key} />
            )}
          </dd>
        </>
      ))}
    </dl>
  );
}

function titleOf(key: string, schema: Schema): string {
  const meta = schema instanceof z.ZodType ? schema.meta() : undefined;
  // The name of a shared type is not the name of this value.
  if (meta?.title !== undefined && meta.id === undefined) return meta.title;
  return words[key] ?? toTitle(key);
}

/** Where the key's own words would be no words. */
const words: Readonly<Record<string, string>> = {
  sans: "subjectAltNames",
  os: "Operating system",
  ipAddress: "IP address",
  allowedEkus: "Extended key usages",
};

interface ValueProps {
  readonly schema: Schema;
  readonly value: unknown;
  readonly now: Instant;
  /** The key: states and hashes are told by it. */
  readonly name: string;
}

const states: ReadonlySet<string> = new Set(["status", "state", "testStatus", "outcome"]);
const codes: ReadonlySet<string> = new Set(["id", "fingerprint", "serialNumber", "requestId"]);

/** Any value of a schema as text or markup. */
export function Value({ schema, value, now, name }: ValueProps): Html {
  if (value === null || value === undefined || value === "") return <>–</>;
  const inner = unwrap(schema);
  if (inner instanceof z.ZodCodec && typeof value === "number") {
    // The only codec is that of instants.
    return <Time at={value as Instant} now={now} />;
  }
  if (typeof value === "boolean") return <>{value ? "yes" : "no"}</>;
  if (Array.isArray(value)) return <List values={value} />;
  if (typeof value === "object") return <Pairs of={value} />;
  if (states.has(name)) return <Status of={String(value)} />;
  if (codes.has(name)) return <code>{String(value)}</code>;
  return <>{String(value)}</>;
}

function List({ values }: { readonly values: readonly unknown[] }): Html {
  if (values.length === 0) return <>–</>;
  return (
    <ul class="plain">
      {values.map((it) => (
        <li>{typeof it === "object" && it !== null ? <Pairs of={it} /> : String(it)}</li>
      ))}
    </ul>
  );
}

/** A free-form map: its keys are shown as they are. */
export function Pairs({ of }: { readonly of: object }): Html {
  const entries = Object.entries(of).filter(([, value]) => value !== null && value !== undefined);
  if (entries.length === 0) return <>–</>;
  return (
    <span class="pairs">
      {entries.map(([key, value]) => (
        <span>
          <code>{key}</code>
          {`: ${plain(value)}`}
        </span>
      ))}
    </span>
  );
}

const plain = (value: unknown): string =>
  typeof value === "object" ? JSON.stringify(value) : String(value);
