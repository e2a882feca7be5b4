/** The OpenAPI 3.1 document, derived from the contracts. */
import { z } from "zod";
import { toSnake } from "#base/case.ts";
import { type Contract, pathParameters, travelsInQuery } from "#base/contract.ts";
import { type ProblemKind, problemKinds } from "#base/problem.ts";
import { isOptional, shapeOf } from "#base/schema.ts";
import { eventsPath } from "./events-description.ts";

type Json = Record<string, unknown>;

export function openapi(
  contracts: readonly Contract[],
  about: { version: string; url: string },
): Json {
  const paths: Record<string, Json> = {};
  for (const contract of contracts) {
    for (const path of [contract.path, ...(contract.aliases ?? [])]) {
      const key = path.replace(/:(\w+)/g, (_, name: string) => `{${toSnake(name)}}`);
      paths[key] = { ...paths[key], [contract.method.toLowerCase()]: operationOf(contract, path) };
    }
  }
  paths["/api/v1/events"] = eventsPath;
  return {
    openapi: "3.1.0",
    info: {
      title: "certctl",
      version: about.version,
      summary: "Certificate lifecycle: issue, deploy, see, renew.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: about.url }],
    security: [{ apiKey: [] }],
    tags: [...new Set([...contracts.map(tagOf), "events"])]
      .sort((a, b) => a.localeCompare(b))
      .map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: "http", scheme: "bearer", description: "An API key" },
        agent: { type: "http", scheme: "bearer", description: "An agent's own credential" },
      },
      schemas: { Problem: problemSchema },
    },
  };
}

const tagOf = (contract: Contract): string => contract.name.slice(0, contract.name.indexOf("."));

function operationOf(contract: Contract, path: string): Json {
  const alias = path === contract.path ? "" : `.${path.split("/")[3] ?? "alias"}`;
  const body = bodyOf(contract);
  return {
    operationId: contract.name + alias,
    summary: contract.summary,
    description: `${contract.description ? `${contract.description}\n\n` : ""}Permission: ${contract.permission}.`,
    tags: [tagOf(contract)],
    ...(contract.permission === "public" ? { security: [] } : {}),
    ...(contract.permission === "agent" ? { security: [{ agent: [] }] } : {}),
    parameters: [...parametersOf(contract), ...headersOf(contract)],
    ...(body ? { requestBody: body } : {}),
    responses: responsesOf(contract),
  };
}

function parametersOf(contract: Contract): readonly Json[] {
  const shape = shapeOf(contract.input);
  const inPath = pathParameters(contract.path);
  const inQuery = travelsInQuery(contract)
    ? Object.keys(shape).filter((key) => !inPath.includes(key))
    : (contract.query ?? []);
  const parameter = (key: string, where: "path" | "query") => {
    const field = shape[key];
    const schema = field ? schemaOf(field) : {};
    const { description } = schema;
    return {
      name: toSnake(key),
      in: where,
      required: where === "path" || (field !== undefined && !isOptional(field)),
      ...(typeof description === "string" ? { description } : {}),
      ...(schema["type"] === "array" ? { style: "form", explode: false } : {}),
      schema,
    };
  };
  return [
    ...inPath.map((it) => parameter(it, "path")),
    ...inQuery.map((it) => parameter(it, "query")),
  ];
}

function headersOf(contract: Contract): readonly Json[] {
  if (contract.effect !== "write" || contract.machine) return [];
  const header = (name: string, description: string) => ({
    name,
    in: "header",
    required: false,
    description,
    schema: { type: "string", maxLength: 255 },
  });
  const idempotency = header(
    "Idempotency-Key",
    "The same key with the same body is done once, for 24 hours.",
  );
  return contract.problems.includes("precondition-failed")
    ? [
        idempotency,
        header("If-Match", 'The revision that was seen, such as "3"; another one is a 412.'),
      ]
    : [idempotency];
}

function bodyOf(contract: Contract): Json | undefined {
  if (travelsInQuery(contract)) return undefined;
  const inPath = pathParameters(contract.path);
  const rest = Object.fromEntries(
    Object.entries(shapeOf(contract.input)).filter(([key]) => !inPath.includes(key)),
  );
  if (Object.keys(rest).length === 0) return undefined;
  // Fields of a shape are zod types: the contract's input is a zod object.
  const schema = schemaOf(z.strictObject(rest as Record<string, z.ZodType>));
  const required = Array.isArray(schema["required"]) && schema["required"].length > 0;
  return { required, content: { "application/json": { schema } } };
}

const statuses = { json: "200", created: "201", accepted: "202", none: "204" } as const;

function responsesOf(contract: Contract): Json {
  const responses: Record<string, Json> = {};
  if (typeof contract.answer === "object") {
    const types = contract.answer.stream.map((type) => [type, { schema: { type: "string" } }]);
    responses["200"] = { description: contract.summary, content: Object.fromEntries(types) };
  } else if (contract.answer === "none") {
    responses["204"] = { description: "Done" };
  } else {
    const content = { "application/json": { schema: schemaOf(contract.output) } };
    responses[statuses[contract.answer]] = { description: contract.summary, content };
    if (contract.answer === "created") {
      responses["202"] = {
        description: "Queued, or waiting for approval",
        content: { "application/json": { schema: { type: "object" } } },
      };
    }
  }
  for (const [status, kinds] of problemsOf(contract)) {
    const titles = kinds.map((kind) => problemKinds[kind].title).join("; ");
    responses[status] = {
      description: titles,
      content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
    };
  }
  return responses;
}

function problemsOf(contract: Contract): ReadonlyMap<string, readonly ProblemKind[]> {
  const always: ProblemKind[] = ["invalid-input", "too-many-requests"];
  const signedIn: ProblemKind[] =
    contract.permission === "public" ? [] : ["unauthenticated", "forbidden"];
  const byStatus = new Map<string, ProblemKind[]>();
  for (const kind of new Set([...always, ...signedIn, ...contract.problems])) {
    const status = String(problemKinds[kind].status);
    byStatus.set(status, [...(byStatus.get(status) ?? []), kind]);
  }
  return byStatus;
}

/** The JSON Schema of the wire form: the encoded side of codecs, snake_case properties, named schemas in place. */
export function schemaOf(schema: z.core.$ZodType): Json {
  const { $defs = {}, ...json } = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    reused: "inline",
  }) as Json;
  // zod makes an object of JSON.
  return onWire(json, $defs as Json) as Json;
}

/** What forms and the command line read, and OpenAPI does not know. */
const ours: ReadonlySet<string> = new Set(["id", "$schema", "widget", "secret", "options", "unit"]);
const verbatim: ReadonlySet<string> = new Set(["enum", "examples", "const"]);

function onWire(value: unknown, defs: Json): unknown {
  if (Array.isArray(value)) return value.map((it) => onWire(it, defs));
  if (typeof value !== "object" || value === null) return value;
  const reference = Reflect.get(value, "$ref");
  if (typeof reference === "string") {
    return onWire(defs[reference.replace("#/$defs/", "")] ?? {}, defs);
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !ours.has(key))
      .map(([key, it]: [string, unknown]) => [
        key,
        key === "default" ? dataOnWire(it, value, defs) : member(key, it, defs),
      ]),
  );
}

/** Data that a schema describes, with the keys that its objects declare renamed; those of records are the caller's. */
function dataOnWire(data: unknown, schema: unknown, defs: Json): unknown {
  if (typeof data !== "object" || data === null) return data;
  const shapes = alternatives(schema, defs);
  const member = (from: string, key?: string): unknown =>
    shapes
      .map((it) => Reflect.get(it, from))
      .map((it) => (key ? it?.[key] : it))
      .find(Boolean);
  if (Array.isArray(data)) return data.map((it) => dataOnWire(it, member("items"), defs));
  return Object.fromEntries(
    Object.entries(data).map(([key, it]: [string, unknown]) => {
      const declared = member("properties", key);
      return declared === undefined ? [key, it] : [toSnake(key), dataOnWire(it, declared, defs)];
    }),
  );
}

/** Every object schema that one stands for: itself, what it refers to, what it offers. */
function alternatives(schema: unknown, defs: Json): readonly object[] {
  if (typeof schema !== "object" || schema === null) return [];
  const reference = Reflect.get(schema, "$ref");
  const referred = typeof reference === "string" ? [defs[reference.replace("#/$defs/", "")]] : [];
  const offered = ["anyOf", "oneOf", "allOf"].flatMap((it) => Reflect.get(schema, it) ?? []);
  return [schema, ...[...referred, ...offered].flatMap((it) => alternatives(it, defs))];
}

/** Renames what `properties` and `required` name; data of the schema stays. */
function member(key: string, it: unknown, defs: Json): unknown {
  if (verbatim.has(key)) return it;
  if (key === "required" && Array.isArray(it)) return it.map((name) => toSnake(String(name)));
  if (key !== "properties" || typeof it !== "object" || it === null) return onWire(it, defs);
  return Object.fromEntries(
    Object.entries(it).map(([name, sub]) => [toSnake(name), onWire(sub, defs)]),
  );
}

const problemSchema = {
  type: "object",
  description: "RFC 9457",
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    request_id: { type: "string" },
    errors: {
      type: "array",
      items: {
        type: "object",
        properties: { path: { type: "string" }, message: { type: "string" } },
        required: ["path", "message"],
      },
    },
  },
  required: ["type", "title", "status", "detail", "request_id"],
};
