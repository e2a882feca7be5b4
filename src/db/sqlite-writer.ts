/** Hands the one writing connection to one transaction at a time, and lets those that come together share a durable COMMIT. */
import { Problem } from "#base/problem.ts";
import type { Clock, Milliseconds } from "#base/time.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";
import { isBusy, isDamage, sqliteCode, storageProblem } from "./sqlite-failure.ts";
import { Group } from "./sqlite-group.ts";

export interface WriterOptions {
  readonly clock: Clock;
  /** A group closes when nobody waits any more, or at this size, or at this age. */
  readonly maxMembers: number;
  readonly maxGroupAge: Milliseconds;
  /** More transactions than this do not wait but are refused. */
  readonly maxWaiting: number;
  /** How long BEGIN may meet the lock of another process. */
  readonly busyTimeout: Milliseconds;
  /** The file cannot be trusted any more. Called once. */
  readonly onFatal: (error: unknown) => void;
}

type Waiter = PromiseWithResolvers<Group>;

export class GroupWriter {
  readonly counts = { commits: 0, largestGroup: 0, commitSum: 0, commitMax: 0 };
  readonly #connection: SqliteConnection;
  readonly #options: WriterOptions;
  #queue: Waiter[] = [];
  #group: Group | undefined;
  #held: boolean = false;
  #closing: boolean = false;
  #retrying: boolean = false;
  #busySince: number | undefined;
  /** Why nobody is let in any more. */
  #refusal: Problem | undefined;
  #dead: boolean = false;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(connection: SqliteConnection, options: WriterOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** Resolves when it is the caller's turn, who then must `leave`. */
  enter(): Promise<Group> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    if (this.#queue.length >= this.#options.maxWaiting) {
      return Promise.reject(new Problem("unavailable", "too many transactions are waiting"));
    }
    const waiter = Promise.withResolvers<Group>();
    this.#queue.push(waiter);
    this.#pump();
    return waiter.promise;
  }

  leave(): void {
    this.#held = false;
    this.#pump();
  }

  /** Executes a statement of the group. When its failure ended the outer transaction, the whole group has failed. */
  run(
    group: Group,
    sql: string,
    parameters?: readonly unknown[],
  ): ReturnType<SqliteConnection["run"]> {
    if (group.failure !== undefined) throw group.failure.error;
    try {
      return this.#connection.run(sql, parameters);
    } catch (error) {
      if (isDamage(error)) this.#die(group, error);
      else if (!this.#connection.inTransaction) this.fail(group, storageProblem(error));
      throw error;
    }
  }

  /** Undoes the group; every member rejects with `error`. */
  fail(group: Group, error: unknown): void {
    group.fail(error);
    if (this.#group === group) this.#group = undefined;
    if (!this.#connection.inTransaction) return;
    try {
      this.#connection.run("ROLLBACK");
    } catch (cause) {
      // A connection that can neither commit nor roll back is of no use to anybody.
      this.#die(group, cause);
    }
  }

  /** Lets in nobody else, and resolves when all who were let in are done. */
  async close(): Promise<void> {
    this.#refusal ??= new Problem("unavailable", "the database is closing");
    if (!this.#isIdle) {
      this.#idle ??= Promise.withResolvers<void>();
      await this.#idle.promise;
    }
  }

  get #isIdle(): boolean {
    return !this.#held && this.#group === undefined && this.#queue.length === 0;
  }

  #pump(): void {
    if (this.#held || this.#retrying) return;
    const group = this.#group;
    const next = this.#queue[0];
    if (group !== undefined && (next === undefined || this.#isFull(group))) {
      this.#closeSoon();
    } else if (next === undefined) {
      this.#idle?.resolve();
    } else {
      const open = group ?? this.#begin();
      if (open === undefined) return;
      this.#queue.shift();
      this.#held = true;
      open.members++;
      next.resolve(open);
    }
  }

  #isFull(group: Group): boolean {
    return (
      group.members >= this.#options.maxMembers ||
      performance.now() - group.openedAt >= this.#options.maxGroupAge
    );
  }

  #begin(): Group | undefined {
    try {
      this.#connection.run("BEGIN IMMEDIATE");
    } catch (error) {
      if (isBusy(error)) this.#retry(error);
      else if (isDamage(error)) this.#die(undefined, error);
      else this.#refuseAll(storageProblem(error));
      return undefined;
    }
    this.#busySince = undefined;
    this.#group = new Group(performance.now());
    return this.#group;
  }

  /** Another process holds the lock: waits without holding up the event loop. */
  #retry(error: unknown): void {
    const now = performance.now();
    this.#busySince ??= now;
    if (now - this.#busySince >= this.#options.busyTimeout) {
      this.#busySince = undefined;
      this.#refuseAll(
        new Problem("unavailable", "another process holds the database", { cause: error }),
      );
      return;
    }
    this.#retrying = true;
    void this.#options.clock.sleep(5).then(() => {
      this.#retrying = false;
      this.#pump();
    });
  }

  /** Never in this turn of the event loop: requests that are already readable may still join, and timers stay alive. */
  #closeSoon(): void {
    if (this.#closing) return;
    this.#closing = true;
    const members = this.#group?.members;
    setImmediate(() => {
      this.#closing = false;
      const group = this.#group;
      if (group === undefined || this.#held) return;
      // Where one came another may be on its way, and waiting a turn costs less than a COMMIT for each.
      if (group.members !== members && !this.#isFull(group)) {
        this.#closeSoon();
        return;
      }
      this.#commit(group);
      this.#pump();
    });
  }

  #commit(group: Group): void {
    const began = performance.now();
    try {
      this.#connection.run("COMMIT");
    } catch (error) {
      // A deferred constraint is the one reason that is not the disk's; after any other what is on disk is unknown.
      if (sqliteCode(error).startsWith("SQLITE_CONSTRAINT")) this.fail(group, error);
      else this.#die(group, error);
      return;
    }
    this.#group = undefined;
    this.#count(group, performance.now() - began);
    group.succeed();
  }

  #count(group: Group, duration: Milliseconds): void {
    this.counts.commits++;
    this.counts.commitSum += duration;
    this.counts.commitMax = Math.max(this.counts.commitMax, duration);
    this.counts.largestGroup = Math.max(this.counts.largestGroup, group.members);
  }

  #die(group: Group | undefined, error: unknown): void {
    const problem = storageProblem(error);
    this.#refusal = problem;
    this.#group = undefined;
    group?.fail(problem);
    this.#refuseAll(problem);
    if (this.#dead) return;
    this.#dead = true;
    this.#options.onFatal(error);
  }

  #refuseAll(problem: Problem): void {
    for (const waiter of this.#queue.splice(0)) waiter.reject(problem);
    if (this.#isIdle) this.#idle?.resolve();
  }
}
