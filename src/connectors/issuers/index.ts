/** Every kind of issuer: the light half at once, the code when it is used. */
import { acmeKind } from "./acme.config.ts";
import type { Issuer, IssuerKind } from "./issuer.ts";
import { localKind } from "./local.config.ts";

export interface IssuerEntry extends IssuerKind {
  readonly load: () => Promise<Issuer>;
}

export const issuerKinds: readonly IssuerEntry[] = [
  { ...localKind, load: async () => (await import("./local.ts")).local },
  { ...acmeKind, load: async () => (await import("./acme.ts")).acme },
];

/** Case does not matter, and the seeds' other names work. */
export function findIssuerKind(name: string): IssuerEntry | undefined {
  const wanted = name.toLowerCase();
  return issuerKinds.find((it) => it.kind.toLowerCase() === wanted || it.aliases.includes(wanted));
}
