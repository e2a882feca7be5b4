/** What a schema's rules say when they are broken: one plain sentence for every kind of issue, naming the rule and never zod's words. */
import type { z } from "zod";

type Raw = z.core.$ZodRawIssue;
type Named<Code extends Raw["code"]> = Extract<Raw, { readonly code: Code }>;

/** `schema.safeParse` with our sentences. A rule that brings a sentence of its own keeps it. */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.ZodSafeParseResult<z.output<Schema>> {
  return schema.safeParse(value, { error: sentenceOf });
}

/** Completes "the field …": `is required`, `must be at least 60`. */
export function sentenceOf(issue: Raw): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is required" : `must be ${typed(issue.expected)}`;
    case "invalid_value":
      return oneOf(issue.values.map(String));
    case "too_small":
      return bounded(issue, "least", issue.minimum);
    case "too_big":
      return bounded(issue, "most", issue.maximum);
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "invalid_format":
      return formatted(issue);
    case "unrecognized_keys":
      return issue.keys.length === 1
        ? `has the unknown key ${issue.keys[0]}`
        : `has unknown keys: ${issue.keys.join(", ")}`;
    case "invalid_key":
      return "has a key that is not allowed";
    case "invalid_element":
      return "has an entry that is not allowed";
    case "invalid_union":
      return unionOf(issue);
    case "custom":
      return "is not allowed";
  }
}

/** Types as people say them. */
const types: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  bigint: "a whole number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  set: "a list",
  object: "an object",
  record: "an object of names and values",
  map: "an object of names and values",
  date: "a date",
  null: "null",
  nan: "no number",
};

const typed = (expected: string): string => types[expected] ?? `of the type ${expected}`;

function oneOf(options: readonly string[]): string {
  const [only] = options;
  return options.length === 1 ? `must be ${only}` : `must be one of ${options.join(", ")}`;
}

/** What is counted, by the type of the value; numbers are compared themselves. */
const counted: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ["character", "characters"],
  file: ["byte", "bytes"],
  array: ["entry", "entries"],
  tuple: ["entry", "entries"],
  set: ["entry", "entries"],
  map: ["entry", "entries"],
  object: ["entry", "entries"],
};

interface Bound {
  readonly origin: string;
  readonly inclusive?: boolean | undefined;
  readonly exact?: boolean | undefined;
}

function bounded(
  { origin, inclusive, exact }: Bound,
  side: "least" | "most",
  limit: number | bigint,
): string {
  const number = origin === "date" ? new Date(Number(limit)).toISOString() : grouped(limit);
  const beyond = side === "least" ? "more than" : "less than";
  const within = inclusive === false ? beyond : `at ${side}`;
  const measure = exact ? "" : `${within} `;
  const units = counted[origin];
  if (!units) return `must be ${measure}${number}`;
  if (side === "least" && !exact && Number(limit) === 1) return "must not be empty";
  const unit = Number(limit) === 1 ? units[0] : units[1];
  return `must have ${exact ? "exactly " : measure}${number} ${unit}`;
}

const grouped = (n: number | bigint): string => n.toLocaleString("en-US");

/** Formats by what they are; those that are missing are named as they are. */
const formats: Readonly<Record<string, string>> = {
  email: "an e-mail address, such as ops@example.com",
  url: "a URL, such as https://example.com/",
  datetime: "a moment such as 2026-11-23T15:03:36Z",
  date: "a date such as 2026-11-23",
  time: "a time such as 15:03:36",
  duration: "a duration as in ISO 8601",
  ipv4: "an IPv4 address",
  ipv6: "an IPv6 address",
  cidrv4: "a range of IPv4 addresses",
  cidrv6: "a range of IPv6 addresses",
  base64: "base64",
  base64url: "base64url",
  json_string: "JSON",
  uuid: "a UUID",
};

function formatted(issue: Named<"invalid_format">): string {
  switch (issue.format) {
    case "starts_with":
      return `must begin with ${String(issue["prefix"])}`;
    case "ends_with":
      return `must end with ${String(issue["suffix"])}`;
    case "includes":
      return `must contain ${String(issue["includes"])}`;
    case "regex":
      return `must match ${String(issue.pattern)}`;
    default:
      return `must be ${formats[issue.format] ?? `of the format ${issue.format}`}`;
  }
}

function unionOf(issue: Named<"invalid_union">): string {
  if (issue.inclusive === false) return "fits more than one of the allowed forms";
  if (issue.options?.length) return oneOf(issue.options.map(String));
  // Each form says first what keeps the value from being it.
  const reasons = new Set(issue.errors.flatMap((form) => form[0]?.message ?? []));
  return reasons.size === 0 ? "has none of the allowed forms" : [...reasons].join(", or ");
}
