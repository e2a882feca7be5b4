/** The steps of an order, and the address of each with what was typed so far. */
import type { CheckedOrder } from "#features/certificates/certificate.ts";
import type { Choices, Frame, Texts } from "../frame.ts";

export interface NewCertificateProps {
  readonly frame: Frame;
  /** From 1. */
  readonly step: number;
  /** What was typed so far, by wire name. */
  readonly texts: Texts;
  readonly choices: Choices;
  readonly checked: CheckedOrder | undefined;
  /** What is made on the way: `owner`, `profile`. */
  readonly make: string | null;
}

interface Step {
  readonly title: string;
  readonly fields: readonly string[];
}

export const steps: readonly Step[] = [
  {
    title: "Names and key",
    fields: [
      "sans",
      "certificate_profile_id",
      "key_algorithm",
      "validity_seconds",
      "csr_pem",
      "common_name",
    ],
  },
  { title: "Where it goes", fields: ["target_ids", "agent_id", "issuer_id"] },
  {
    title: "Owner and renewal",
    fields: ["owner_id", "team_id", "renewal_policy_id", "name", "environment", "tags", "id"],
  },
  { title: "Review and order", fields: [] },
];

export const folded: readonly string[] = ["common_name", "csr_pem", "validity_seconds", "id"];
export const path = "/certificates/new";

/** The same draft at another step. */
export function addressOf(texts: Texts, step: number, more: Readonly<Record<string, string>> = {}) {
  const query = new URLSearchParams();
  for (const [name, all] of Object.entries(texts)) {
    for (const text of all) if (text !== "") query.append(name, text);
  }
  query.set("step", String(step));
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  return `${path}?${query}`;
}
