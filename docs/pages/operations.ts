/** The operations page: every contract with its path, input, output and problems. */
import { toSnake, toTitle } from "#base/case.ts";
import { type Contract, resourceType } from "#base/contract.ts";
import { problemKinds } from "#base/problem.ts";
import { contracts } from "#features/apis.ts";
import { code, codes, page, plain, table } from "./markdown.ts";
import { keyHeader, keyRows, typeOf } from "./schema.ts";

const statuses = { json: 200, created: 201, accepted: 202, none: 204 } as const;

/** Of all operations of the product, unless a test has others. */
export function operationsPage(all: readonly Contract[] = contracts): string {
  const resources = [...new Set(all.map(resourceType))];
  return page(
    "Operations",
    "Everything the API does. Bodies and answers are JSON in snake_case; a read's input travels in the query, a write's in the body. A list or map in the query is split at commas, except after a backslash (`\\,`), or its parameter is repeated, and then each value is one entry as it stands. The same description as OpenAPI 3.1 stands at `/api/v1/openapi.json`.",
    table(
      ["Operation", "Method and path", "What it does"],
      all.map((it) => [code(it.name), code(`${it.method} ${pathOf(it)}`), plain(it.summary)]),
    ),
    ...resources.flatMap((resource) => [
      `## ${toTitle(resource)}`,
      ...all.filter((it) => resourceType(it) === resource).map(section),
    ]),
  );
}

const pathOf = (it: Contract): string =>
  it.path.replace(/:(\w+)/g, (_, name: string) => `{${toSnake(name)}}`);

function section(it: Contract): string {
  const inputs = keyRows(it.input);
  const outputs = keyRows(it.output);
  return [
    `### ${it.name}`,
    "",
    `${plain(it.summary)}.${it.description ? ` ${plain(it.description)}` : ""}`,
    "",
    code(`${it.method} ${pathOf(it)}`),
    "",
    ...factsOf(it).map((fact) => `- ${fact}`),
    "",
    ...(inputs.length > 0 ? ["Input:", "", table(keyHeader, inputs)] : []),
    ...(outputs.length > 0
      ? [
          "Output:",
          "",
          table(
            ["Key", "Type", "Meaning"],
            outputs.map(([key = "", type = "", , meaning = ""]) => [key, type, meaning]),
          ),
        ]
      : [`Output: ${outputOf(it)}.`, ""]),
  ].join("\n");
}

function factsOf(it: Contract): readonly string[] {
  const { cli, aliases = [], problems } = it;
  const named = problems.map((kind) => `${code(kind)} (${problemKinds[kind].status})`);
  return [
    `needs ${code(it.permission)}, scope ${it.scope}`,
    `effect: ${it.effect}${it.audited || it.effect === "write" ? ", leaves an audit row" : ""}`,
    ...(it.bulk ? [`runs ${codes([it.bulk.each])} for each, as a job with items`] : []),
    ...(aliases.length > 0 ? [`also at ${codes(aliases)}`] : []),
    ...(cli ? [`command: ${code(`certctl ${cli.noun} ${cli.verb}`)}`] : []),
    ...(it.secret ? ["the answer holds a secret: it is shown once and never repeated"] : []),
    ...(named.length > 0 ? [`problems: ${named.join(", ")}`] : []),
    `answers ${typeof it.answer === "object" ? 200 : statuses[it.answer]}`,
  ];
}

function outputOf(it: Contract): string {
  if (typeof it.answer === "object") return `a stream of ${codes(it.answer.stream)}`;
  return typeOf(it.output);
}
