/**
 * Name constraints (RFC 5280 section 4.2.1.10) read: the trees of names that a CA may, and may not, certify. It refuses
 * minimum and maximum, which RFC 5280 forbids, and masks that are no prefix. Applying them is for `constrained-names.ts`.
 */
import { unacceptable } from "./der-element.ts";
import { type DerReader, readDer } from "./der-reader.ts";
import { latin1Text } from "./der-string.ts";
import { type DistinguishedName, parseName } from "./name.ts";

/** A tree of names. The value of the first three is as in the certificate, in lower case where case does not count. */
export type Subtree =
  | { readonly form: "dns" | "email" | "uri"; readonly value: string }
  /** Four or sixteen octets each. */
  | { readonly form: "ip"; readonly address: Uint8Array; readonly mask: Uint8Array }
  | { readonly form: "directory"; readonly name: DistinguishedName }
  /** A form whose trees are not understood, by its tag: a name of that form can only be refused. */
  | { readonly form: "other"; readonly tag: number };

export interface NameConstraints {
  readonly permitted: readonly Subtree[];
  readonly excluded: readonly Subtree[];
}

/** Longer lists would be a way to keep a reader busy. */
const maximumSubtrees = 4_096;

/** The next element, which must be NameConstraints. */
export function readNameConstraints(reader: DerReader, what: string): NameConstraints {
  const sequence = reader.sequence(what);
  if (sequence.atEnd) throw unacceptable(what, "are empty");
  const permitted = sequence.peek() === 0xa0 ? readSubtrees(sequence.enter(0xa0, what), what) : [];
  const excluded = sequence.peek() === 0xa1 ? readSubtrees(sequence.enter(0xa1, what), what) : [];
  sequence.finish();
  return { permitted, excluded };
}

function readSubtrees(sequence: DerReader, what: string): readonly Subtree[] {
  if (sequence.atEnd) throw unacceptable(what, "have an empty list");
  const subtrees: Subtree[] = [];
  while (!sequence.atEnd) {
    const subtree = sequence.sequence(what);
    subtrees.push(readBase(subtree, what));
    if (!subtree.atEnd) throw unacceptable(what, "have a minimum or maximum");
    if (subtrees.length > maximumSubtrees) {
      throw unacceptable(what, `have more than ${maximumSubtrees} trees`);
    }
  }
  return subtrees;
}

const textForms: Readonly<Record<number, "dns" | "email" | "uri">> = {
  129: "email",
  130: "dns",
  134: "uri",
};

function readBase(subtree: DerReader, what: string): Subtree {
  const tag = subtree.peek();
  const form = textForms[tag];
  if (form !== undefined) {
    const value = latin1Text(subtree.content(tag, what));
    if (/[^\0-\x7f]/.test(value)) throw unacceptable(what, `have a ${form} name that is not ASCII`);
    return { form, value: form === "email" ? foldedMailbox(value) : value.toLowerCase() };
  }
  if (tag === 0x87) return readAddressRange(subtree.content(tag, what), what);
  if (tag === directoryTag) {
    return { form: "directory", name: readDirectoryName(subtree.element(what), subtree, what) };
  }
  subtree.element(what);
  return { form: "other", tag };
}

/** The context tag of a directoryName, which is explicit because Name is a CHOICE. */
export const directoryTag = 0xa4;

/** The Name inside of a whole directoryName. */
export function readDirectoryName(
  element: Uint8Array,
  { lenient }: { readonly lenient: boolean },
  what: string,
): DistinguishedName {
  const outer = readDer(element, what, { lenient });
  const inner = outer.enter(directoryTag, what);
  const name = parseName(inner.element(what), what, { lenient });
  inner.finish();
  outer.finish();
  return name;
}

/** Only the domain is the same in any case (RFC 5280 section 7.5). */
export const foldedMailbox = (text: string): string => {
  const at = text.lastIndexOf("@");
  return text.slice(0, at + 1) + text.slice(at + 1).toLowerCase();
};

/** "In the style of RFC 4632": an address and a mask that is a prefix. */
function readAddressRange(content: Uint8Array, what: string): Subtree {
  const half = content.length / 2;
  if (half !== 4 && half !== 16) {
    throw unacceptable(what, `have an address range of ${content.length} octets; it has 8 or 32`);
  }
  const mask = content.subarray(half);
  const bits = [...mask].map((octet) => octet.toString(2).padStart(8, "0")).join("");
  if (bits.includes("01")) throw unacceptable(what, "have an address mask that is no prefix");
  return { form: "ip", address: content.subarray(0, half), mask };
}
