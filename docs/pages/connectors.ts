/** The connectors page: every kind of issuer and target with the keys of its configuration. */
import type { z } from "zod";
import { issuerKinds } from "#connectors/issuers/index.ts";
import { targets } from "#connectors/targets/index.ts";
import { code, codes, page, table } from "./markdown.ts";
import { keyHeader, keyRows } from "./schema.ts";

export function connectorsPage(): string {
  return page(
    "Connectors",
    "The keys stand in `config` of an issuer or a target, as they are written here. A duration is text such as `10s` or `1m30s`, or whole seconds. A command is a list of words, or text that is split by POSIX quoting; it runs without a shell.",
    "## Issuers",
    ...issuerKinds.map((it) =>
      section(it.kind, it.title, it.config, [
        `type ${code(it.kind)}, also ${codes(it.aliases)}`,
        it.signs
          ? "signs at once, with an authority of this server"
          : "a remote CA: orders are jobs",
        `at most ${it.concurrency} orders at a time`,
      ]),
    ),
    "## Targets",
    ...targets.map((it) =>
      section(it.kind, it.title, it.config, [
        `type ${code(it.kind)}, in any case`,
        `runs on the ${it.runsOn}`,
        `can: ${codes(it.capabilities)}`,
      ]),
    ),
  );
}

function section(
  kind: string,
  title: string,
  config: z.core.$ZodType,
  facts: readonly string[],
): string {
  const heading = kind === title ? title : `${title} (${kind})`;
  // The seeds' snake_case keys are the schema's own: nothing is renamed.
  const rows = keyRows(config, (key) => key);
  return [
    `### ${heading}`,
    "",
    ...facts.map((fact) => `- ${fact}`),
    "",
    table(keyHeader, rows),
  ].join("\n");
}
