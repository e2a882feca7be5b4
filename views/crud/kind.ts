/** What the pages of a simple thing are made of: its contracts from `crud()`, and what is said of it beside its fields. */
import type { z } from "zod";
import type { Contract } from "#base/contract.ts";
import type { Instant } from "#base/time.ts";
import type { AuditView } from "#features/audit/event.ts";
import type { CertificateView } from "#features/certificates/certificate.ts";
import type { Usage, UsedBy } from "#features/certificates/usage-api.ts";
import type { Frame } from "../frame.ts";
import type { Html } from "../html.ts";
import type { IconName } from "../icon.tsx";
import type { NamedKind, Names } from "../reference.tsx";
import type { Column } from "../table.tsx";

/** What every such thing has. */
export interface Thing {
  readonly id: string;
  readonly name: string;
  readonly revision: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** How many certificates it has and how they stand. */
export interface Uses {
  readonly counts: Usage;
  /** Where counting ended: a count of it is that or more. */
  readonly most: number;
}

/** What is known beside the thing itself; `More` is what only its kind has. */
export interface Beside<More> {
  readonly frame: Frame;
  readonly names: Names;
  /** By id; empty where the reader may not see certificates. */
  readonly uses: ReadonlyMap<string, Uses>;
  readonly more: More;
}

/** What refers to a thing, and so keeps it from being deleted. */
export interface Blocker {
  readonly n: number;
  readonly most: number;
  readonly one: string;
  readonly many: string;
  /** Where they are; undefined where there is no such list. */
  readonly href?: string;
  /** They are records: nobody can take the reference away. */
  readonly stays?: boolean;
}

export interface Crud<T extends Thing, More> {
  readonly api: Readonly<Record<"list" | "get" | "create" | "update" | "remove", Contract>>;
  /** `/teams`. */
  readonly path: string;
  /** `team`, `Teams`. */
  readonly one: string;
  readonly many: string;
  readonly icon: IconName;
  /** One of them, as an output. */
  readonly view: z.ZodObject;
  /** Keys that hold the id of something else. */
  readonly references: Readonly<Record<string, NamedKind>>;
  /** What it is for, in a sentence. */
  readonly purpose: string;
  /** Fields that most people leave as they are, by wire name. */
  readonly folded: readonly string[];
  /** How certificates refer to it: for counting, and as the filter of their list. */
  readonly by: UsedBy;
  readonly filter: string;
  /** `belong to it`, `use it`: of several, and of one. */
  readonly verbs: readonly [many: string, one: string];
  /** What a change means for the certificates there are. */
  readonly takesEffect: string;
  /** The second line of its row. */
  under(thing: T): Html | string | null;
  /** Of the list, between the name and the certificates. */
  columns(beside: Beside<More>): readonly Column<T>[];
  /** Beside the title. */
  state(thing: T): Html | null;
  /** What it means, before and after the certificates. */
  before(thing: T, beside: Beside<More>): Html | null;
  after(thing: T, beside: Beside<More>): Html | null;
  /** Pairs of `dt` and `dd`, beside those that every thing has. */
  facts(thing: T, beside: Beside<More>): Html | null;
  /** Beside certificates. */
  blockers(thing: T, more: More): readonly Blocker[];
}

/** Everything about one. */
export interface OneProps<T extends Thing, More> {
  readonly of: Crud<T, More>;
  readonly thing: T;
  readonly beside: Beside<More>;
}

export interface DetailProps<T extends Thing, More> extends OneProps<T, More> {
  /** Those that end first, ten at most; undefined where the reader may not see certificates. */
  readonly certificates: readonly CertificateView[] | undefined;
  /** The last few; undefined where the reader may not see the audit trail. */
  readonly events: readonly z.output<typeof AuditView>[] | undefined;
}

/** The list of its certificates. */
export function certificatesHref(
  { filter }: { readonly filter: string },
  id: string,
  more: Readonly<Record<string, string>> = { archived: "false" },
): string {
  return `/certificates?${new URLSearchParams({ [filter]: id, ...more })}`;
}
