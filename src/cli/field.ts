/** What a person must know of one key of an input, read from its schema: for flags, help and the reference. */
import { z } from "zod";
import { toSnake, toTitle } from "#base/case.ts";
import { isOptional, unwrap } from "#base/schema.ts";
import { toWire } from "#base/wire.ts";

type Schema = z.core.$ZodType;

type FieldKind = "text" | "number" | "switch" | "instant" | "list" | "map" | "json";

export interface Field {
  /** camelCase, as in code. */
  readonly key: string;
  /** snake_case, as on the wire. */
  readonly wire: string;
  readonly title: string;
  readonly description: string | undefined;
  readonly kind: FieldKind;
  /** The closed set of values, if it is one. */
  readonly options: readonly string[];
  /** As JSON of the wire; undefined when there is none. */
  readonly default: string | undefined;
  /** `1 to 500`, `at most 64 characters`: bounds in words. */
  readonly bounds: string | undefined;
  readonly required: boolean;
  /** `null` clears it. */
  readonly nullable: boolean;
  readonly secret: boolean;
  readonly schema: Schema;
}

/** What `.meta()` may say of a field, beside what zod itself knows. */
const Meta = z.looseObject({
  id: z.string().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  options: z.array(z.string()).readonly().optional(),
  secret: z.boolean().optional(),
});

export function fieldOf(key: string, schema: Schema): Field {
  const inner = unwrap(schema);
  const meta = metaOf(schema);
  return {
    key,
    wire: toSnake(key),
    title: meta.title ?? toTitle(key),
    description: meta.description,
    kind: kindOf(inner),
    options: optionsOf(inner, meta.options),
    default: defaultOf(schema),
    bounds: boundsOf(inner),
    required: !isOptional(schema),
    nullable: isNullable(schema),
    secret: meta.secret === true,
    schema,
  };
}

/** The metadata of a schema and of what it wraps; the outermost wins. */
function metaOf(schema: Schema): z.output<typeof Meta> {
  const { id, ...own } = Meta.parse(z.globalRegistry.get(schema) ?? {});
  // The title of a shared schema ("Instant") says less than the key it stands under ("Expires before").
  if (id !== undefined) delete own.title;
  const inner = innerOf(schema);
  return inner === undefined ? own : { ...metaOf(inner), ...own };
}

function innerOf(schema: Schema): Schema | undefined {
  const wraps =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly;
  return wraps ? schema.def.innerType : undefined;
}

function isNullable(schema: Schema): boolean {
  if (schema instanceof z.ZodNullable) return true;
  const inner = innerOf(schema);
  return inner !== undefined && isNullable(inner);
}

function defaultOf(schema: Schema): string | undefined {
  if (schema instanceof z.ZodDefault) {
    return JSON.stringify(toWire(schema, schema.def.defaultValue));
  }
  const inner = innerOf(schema);
  return inner === undefined ? undefined : defaultOf(inner);
}

function kindOf(inner: Schema): FieldKind {
  if (inner instanceof z.ZodNumber) return "number";
  if (inner instanceof z.ZodBoolean) return "switch";
  if (inner instanceof z.ZodCodec) return "instant";
  if (inner instanceof z.ZodRecord) return "map";
  if (inner instanceof z.ZodArray) return isStructured(unwrap(inner.element)) ? "json" : "list";
  return isStructured(inner) ? "json" : "text";
}

function isStructured(inner: Schema): boolean {
  return inner instanceof z.ZodObject || inner instanceof z.ZodUnion || inner instanceof z.ZodArray;
}

function optionsOf(inner: Schema, named: readonly string[] | undefined): readonly string[] {
  if (inner instanceof z.ZodEnum) return inner.options.map(String);
  if (inner instanceof z.ZodArray) return optionsOf(unwrap(inner.element), undefined);
  return named ?? [];
}

function boundsOf(inner: Schema): string | undefined {
  if (inner instanceof z.ZodNumber) {
    const { minValue: least, maxValue: most } = inner;
    const bounded = [least, most].every(
      (it) => it !== null && Math.abs(it) < Number.MAX_SAFE_INTEGER,
    );
    return bounded ? `${least} to ${most}` : undefined;
  }
  const { maxLength } = inner instanceof z.ZodString ? inner : { maxLength: null };
  return maxLength === null ? undefined : `at most ${maxLength} characters`;
}
