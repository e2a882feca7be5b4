/** The ids of forms and fields on a page, so that what is wrong can lead to its field. */
import { toSnake } from "#base/case.ts";
import { type Contract, pathParameters } from "#base/contract.ts";
import { contracts } from "#features/apis.ts";
import type { SentForm } from "./frame.ts";

/** One operation may have several forms on a page, one for each thing. */
export function formId(
  of: Contract,
  hidden: Readonly<Record<string, string | readonly string[]>>,
): string {
  const parameters = pathParameters(of.path).map((name) => hidden[toSnake(name)] ?? "");
  return ["form", ...of.name.split("."), ...parameters.slice(-1)]
    .join("-")
    .replaceAll(/[^\w-]/g, "-");
}

export const fieldId = (form: string, name: string): string =>
  `${form}-${name.replaceAll(/[._]/g, "-")}`;

/** Of the field that a form's error names. */
export function idInForm(sent: SentForm, path: string): string {
  const contract = contracts.find(({ name }) => name === sent.operation);
  return fieldId(contract ? formId(contract, sent.values) : "form", path);
}
