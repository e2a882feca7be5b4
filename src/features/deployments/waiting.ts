/**
 * Where agents wait for work. Ten thousand of them wait at once, so who waits is a small record, one subscription hears
 * the wakes of all, and one loop watches their time and asks for all whose wake may have been lost. Nothing is decided
 * here: jobs are in the database, and whoever is called looks there.
 */
import { type Clock, type Instant, later, seconds } from "#base/time.ts";
import type { Database } from "#db/database.ts";
import { type Ended, Later } from "../later.ts";

/** A wake may be lost, between replicas above all: everybody is looked after this often all the same. */
const lookAgain = seconds(10);
/** How exactly time is kept. */
const tick = seconds(0.25);
/** At most so many agents in one statement: on SQLite a read of 2 ms. */
const atOnce = 500;

export interface WaitingParts<T> {
  readonly database: Pick<Database, "onWakes">;
  readonly clock: Clock;
  /** What who waited in vain gets. */
  readonly nothing: T;
  /** Takes what there is for one agent. */
  take(agentPk: number): Promise<T | undefined>;
  /** Those of the agents for whom there may be something. */
  withWork(agentPks: readonly number[]): Promise<readonly number[]>;
}

/** One that waits; also the listener of its request's signal, for there may be ten thousand. */
class Waiting<T> extends Later<T> {
  readonly agentPk: number;
  readonly until: Instant;
  lookAt: Instant;
  /** `called`: a wake came during the look, whose answer may be older. */
  state: "resting" | "looking" | "called" = "looking";
  readonly #room: WaitingRoom<T>;

  constructor(room: WaitingRoom<T>, agentPk: number, now: Instant, until: Instant) {
    super();
    this.#room = room;
    this.agentPk = agentPk;
    this.until = until;
    this.lookAt = later(now, lookAgain);
  }

  /** The client is gone. */
  handleEvent(): void {
    this.#room.leave(this);
  }
}

export class WaitingRoom<T> {
  readonly #parts: WaitingParts<T>;
  /** By agent: two polls of one agent may overlap. */
  readonly #waiting = new Map<number, readonly Waiting<T>[]>();
  readonly #closed = new AbortController();
  #isWatched = false;

  constructor(parts: WaitingParts<T>) {
    this.#parts = parts;
    parts.database.onWakes("agent", (member) => this.#call(member));
  }

  /** How many polls wait. */
  get size(): number {
    let size = 0;
    for (const those of this.#waiting.values()) size += those.length;
    return size;
  }

  /** What there is for the agent as soon as there is something; nothing at `until`, or when `signal` aborts. */
  wait(agentPk: number, until: Instant, signal: AbortSignal): Later<T> {
    const it = new Waiting(this, agentPk, this.#parts.clock.now(), until);
    if (signal.aborted) {
      this.leave(it);
      return it;
    }
    signal.addEventListener("abort", it, { once: true });
    // Waits before it looks: a wake in between is heard.
    this.#waiting.set(agentPk, [...(this.#waiting.get(agentPk) ?? []), it]);
    void this.#look(it);
    if (!this.#isWatched) void this.#watch();
    return it;
  }

  /** Ends with nothing. */
  leave(it: Waiting<T>): void {
    this.#end(it, { output: this.#parts.nothing });
  }

  /** Sends everybody home at once; who comes later looks and does not wait. */
  close(): void {
    this.#closed.abort();
    for (const it of this.#all()) if (it.state === "resting") this.leave(it);
  }

  #all(): readonly Waiting<T>[] {
    return [...this.#waiting.values()].flat();
  }

  #end(it: Waiting<T>, ended: Ended<T>): void {
    const others = this.#waiting.get(it.agentPk)?.filter((other) => other !== it) ?? [];
    if (others.length > 0) this.#waiting.set(it.agentPk, others);
    else this.#waiting.delete(it.agentPk);
    it.end(ended);
  }

  #call(member: string | undefined): void {
    if (member === undefined) {
      // Not one look each: the loop asks for many at a time.
      for (const it of this.#all()) it.lookAt = this.#parts.clock.now();
      return;
    }
    for (const it of this.#waiting.get(Number(member)) ?? []) {
      if (it.state === "resting") void this.#look(it);
      else it.state = "called";
    }
  }

  /** Never rejects: whoever waits hears of the failure. */
  async #look(it: Waiting<T>): Promise<void> {
    const { clock, take } = this.#parts;
    try {
      do {
        it.state = "looking";
        it.lookAt = later(clock.now(), lookAgain);
        const found = await take(it.agentPk);
        const isOver = it.until <= clock.now() || this.#closed.signal.aborted;
        if (found !== undefined) return this.#end(it, { output: found });
        if (isOver) return this.leave(it);
      } while (wasCalled(it));
      it.state = "resting";
    } catch (error) {
      this.#end(it, { error });
    }
  }

  /** Runs while somebody waits. */
  async #watch(): Promise<void> {
    const { signal } = this.#closed;
    this.#isWatched = true;
    while (this.#waiting.size > 0 && !signal.aborted) {
      await this.#parts.clock.sleep(tick, signal);
      const due = this.#endLate();
      for (let at = 0; at < due.length; at += atOnce) await this.#sweep(due.slice(at, at + atOnce));
    }
    this.#isWatched = false;
  }

  /** Ends those whose time is over, and answers with those to look after. Who looks just now ends by itself. */
  #endLate(): readonly Waiting<T>[] {
    const now = this.#parts.clock.now();
    const due: Waiting<T>[] = [];
    const late: Waiting<T>[] = [];
    for (const those of this.#waiting.values()) {
      for (const it of those) {
        if (it.state !== "resting") continue;
        if (it.until <= now) late.push(it);
        else if (it.lookAt <= now) due.push(it);
      }
    }
    for (const it of late) this.leave(it);
    return due;
  }

  async #sweep(due: readonly Waiting<T>[]): Promise<void> {
    const next = later(this.#parts.clock.now(), lookAgain);
    for (const it of due) it.lookAt = next;
    try {
      for (const pk of await this.#parts.withWork(due.map((it) => it.agentPk))) {
        this.#call(String(pk));
      }
    } catch (error) {
      for (const it of due) this.#end(it, { error });
    }
  }
}

/** A function of its own: the compiler knows not that the state changes while it is waited. */
const wasCalled = (it: Pick<Waiting<never>, "state">): boolean => it.state === "called";
