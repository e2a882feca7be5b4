/** Reads a vector: a PEM file whose first lines say where it comes from. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parsePem } from "#pki/pem.ts";

/** The first block of `test/vectors/NAME`, or the first with the label. */
export function vector(name: string, label?: string): Uint8Array {
  const blocks = parsePem(vectorText(name));
  const block = blocks.find((it) => label === undefined || it.label === label);
  if (block === undefined) throw new Error(`${name} has no ${label}`);
  return block.der;
}

export const vectorText = (name: string): string =>
  readFileSync(join(import.meta.dir, "../vectors", name), "utf8");
