/** What axe-core finds on a page that keeps somebody from using it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";

const axe = readFileSync(join(import.meta.dir, "../../node_modules/axe-core/axe.min.js"), "utf8");

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

const tags = [...["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]];

/** Serious and critical findings of WCAG 2.0 to 2.2 A and AA and of best practice; `rules` runs only those. */
export async function seriousFindings(
  page: Page,
  rules?: readonly string[],
): Promise<readonly string[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe);
  const only = rules ? { type: "rule", values: rules } : { type: "tag", values: tags };
  const found: readonly Finding[] = await page.evaluate(
    `axe.run({ runOnly: ${JSON.stringify(only)}, resultTypes: ["violations"] }).then((it) =>
      it.violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => ({ html })) })))`,
  );
  return found
    .filter((it) => it.impact === "serious" || it.impact === "critical")
    .map((it) => `${it.id}: ${it.nodes.map(({ html }) => html.slice(0, 200)).slice(0, 2)}`);
}
