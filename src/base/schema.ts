/** Reading zod schemas as data: what is inside the wrappers, and what an object's keys are. */
import { z } from "zod";

/** The schema inside optional, nullable, default, readonly and prefault. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  let inner = schema;
  while (
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodNullable ||
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodReadonly
  ) {
    inner = inner.def.innerType;
  }
  return inner;
}

/** May the key be left out? */
export function isOptional(schema: z.core.$ZodType): boolean {
  return (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  );
}

/** The keys of an object schema with their schemas. */
export function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> {
  const inner = unwrap(schema);
  return inner instanceof z.ZodObject ? inner.shape : {};
}

/** What the keys of an object schema are when they are left out. */
export function defaultsOf(schema: z.core.$ZodType): Record<string, unknown> {
  const entries = Object.entries(shapeOf(schema)).flatMap(([key, field]) =>
    field instanceof z.ZodDefault ? [[key, field.def.defaultValue] as const] : [],
  );
  return Object.fromEntries(entries);
}

/**
 * The schema of a PATCH: every key may be absent (which keeps), defaults are stripped (zod's `.partial()` would fill
 * them in and so change what was not named: measured), and `null` clears what may be absent.
 */
export function patchOf<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
): z.ZodObject<Patch<Shape>> {
  const shape: Record<string, z.ZodType> = {};
  for (const [key, value] of Object.entries(schema.shape)) {
    const field = value as z.ZodType;
    const inner = unwrap(field) as z.ZodType;
    const clears = isOptional(field) || field instanceof z.ZodNullable;
    shape[key] = (clears ? inner.nullable() : inner).optional().meta(field.meta() ?? {});
  }
  // The loop builds exactly the mapped type: same keys, each optional, nullable where it may be cleared.
  return z.strictObject(shape) as unknown as z.ZodObject<Patch<Shape>>;
}

type Unwrapped<T> = T extends z.ZodDefault<infer I> | z.ZodOptional<infer I> ? I : T;
export type Patch<Shape extends z.ZodRawShape> = {
  [K in keyof Shape]: z.ZodOptional<z.ZodNullable<Extract<Unwrapped<Shape[K]>, z.ZodType>>>;
};

/** The value after `patch`: absent keeps, null clears (to `cleared[key]`, else undefined), anything else replaces. */
export function applyPatch<T extends object>(
  current: T,
  patch: { readonly [K in keyof T]?: T[K] | null | undefined },
  cleared: Partial<T> = {},
): T {
  const result: Record<string, unknown> = { ...(current as Record<string, unknown>) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    result[key] = value === null ? (cleared as Record<string, unknown>)[key] : value;
  }
  // Same keys as T: patch's keys are keyof T by its type.
  return result as T;
}
