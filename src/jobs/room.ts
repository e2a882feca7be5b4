/** The places that are left for jobs of kinds of which one issuer or target has only so many at once. */
import type { Kysely } from "kysely";
import type { Tables } from "#db/tables.ts";
import type { Concurrency, Full, Job, JobKind } from "./job.ts";
import { countRunning } from "./queries.ts";

type Db = Kysely<Tables>;
type Kinds = ReadonlyMap<string, JobKind>;
type Limited = Pick<Job, "kind" | "issuerPk" | "targetPk">;

interface Place extends Pick<Concurrency, "limit"> {
  /** Its kind with its issuer or target. */
  readonly key: string;
  readonly pk: number | null;
}

export class Room {
  readonly #db: Db;
  readonly #kinds: Kinds;
  /** By kind and issuer or target. */
  readonly #used = new Map<string, number>();
  readonly #limits = new Map<string, number>();

  constructor(db: Db, kinds: Kinds) {
    this.#db = db;
    this.#kinds = kinds;
  }

  /** What the running jobs leave, in the transaction that claims others. */
  static async of(db: Db, kinds: Kinds): Promise<Room> {
    const room = new Room(db, kinds);
    for (const { kind, issuer, target, n } of await countRunning(db)) {
      const place = room.#placeOf({ kind, issuerPk: issuer, targetPk: target });
      if (place) room.#used.set(place.key, (room.#used.get(place.key) ?? 0) + n);
    }
    return room;
  }

  /** Takes a place for the job where there is one left; jobs without a limit always find one. */
  async take(job: Limited): Promise<boolean> {
    const place = this.#placeOf(job);
    if (!place) return true;
    const used = this.#used.get(place.key) ?? 0;
    if (used >= (await this.#limitOf(place))) return false;
    this.#used.set(place.key, used + 1);
    return true;
  }

  /** Of whom nothing more can be taken now. */
  async full(): Promise<readonly Full[]> {
    const full: Full[] = [];
    for (const [key, used] of this.#used) {
      const [kind = "", pk] = key.split("/");
      const concurrency = this.#kinds.get(kind)?.concurrency;
      if (!concurrency || pk === undefined || pk === "null") continue;
      const place = { key, limit: concurrency.limit, pk: Number(pk) };
      if (used >= (await this.#limitOf(place))) {
        full.push({ kind, per: concurrency.per, pk: place.pk });
      }
    }
    return full;
  }

  #placeOf({ kind, issuerPk, targetPk }: Limited): Place | undefined {
    const concurrency = this.#kinds.get(kind)?.concurrency;
    if (!concurrency) return undefined;
    const pk = concurrency.per === "issuer" ? issuerPk : targetPk;
    return { key: `${kind}/${pk}`, limit: concurrency.limit, pk };
  }

  async #limitOf({ key, limit, pk }: Place): Promise<number> {
    if (typeof limit === "number") return limit;
    // A job that names no row belongs to nobody whose limit it could exceed.
    if (pk === null) return Number.POSITIVE_INFINITY;
    const known = this.#limits.get(key) ?? (await limit(this.#db, pk));
    this.#limits.set(key, known);
    return known;
  }
}
