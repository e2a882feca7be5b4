/** One transaction as a savepoint of its group: undone alone when it fails, durable when its group is. */
import type { QueryResult, Transaction } from "kysely";
import type { Clock, Milliseconds } from "#base/time.ts";
import type { QueryFactory, Sql } from "./dialect.ts";
import { fromSqlite } from "./sqlite-failure.ts";
import type { Group } from "./sqlite-group.ts";
import type { GroupWriter } from "./sqlite-writer.ts";
import type { Tables } from "./tables.ts";
import type { TransactionScope } from "./transaction-scope.ts";

export interface MemberOptions {
  readonly clock: Clock;
  readonly factory: QueryFactory;
  readonly scope: TransactionScope;
  /** How long `work` may wait for something other than the database, while everybody waits for it. */
  readonly memberTimeout: Milliseconds;
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/** Runs members one after another on the writer's connection. */
export class MemberRunner {
  readonly #writer: GroupWriter;
  readonly #options: MemberOptions;
  #current: Member | undefined;
  #watching: boolean = false;

  constructor(writer: GroupWriter, options: MemberOptions) {
    this.#writer = writer;
    this.#options = options;
  }

  /** Settles when the group is durable. A rejection waits as well: it may rest on a row of a neighbour that is not committed yet. */
  async run<T>(work: (tx: Transaction<Tables>) => Promise<T>): Promise<T> {
    const group = await this.#writer.enter();
    const outcome = await this.#perform(group, work);
    this.#current = undefined;
    this.#writer.leave();
    await group.done;
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  }

  async #perform<T>(
    group: Group,
    work: (tx: Transaction<Tables>) => Promise<T>,
  ): Promise<Outcome<T>> {
    const member = new Member(this.#writer, group);
    const { factory, scope } = this.#options;
    try {
      member.begin();
      this.#watch(member);
      const tx = factory.transaction((query) => member.execute(query));
      const value = await Promise.race([scope.run(() => work(tx)), member.expired.promise]);
      member.commit();
      return { value };
    } catch (error) {
      return { error: member.rollback(error) };
    }
  }

  /**
   * SQLite answers within the turn of the event loop that asked. A member that lives on in a later turn waits for
   * something else, and only then is a timer worth its cost.
   */
  #watch(member: Member): void {
    this.#current = member;
    if (this.#watching) return;
    this.#watching = true;
    setImmediate(() => {
      this.#watching = false;
      const current = this.#current;
      if (current === member) void this.#expire(member);
      else if (current !== undefined) this.#watch(current);
    });
  }

  async #expire(member: Member): Promise<void> {
    const { clock, memberTimeout } = this.#options;
    const ended = new AbortController();
    member.onEnd = () => ended.abort();
    await clock.sleep(memberTimeout, ended.signal);
    if (ended.signal.aborted) return;
    member.expired.reject(
      new Error(`rolled back: the transaction waited ${memberTimeout} ms for something else`),
    );
  }
}

class Member {
  /** Rejects when the member has had its time. */
  readonly expired = Promise.withResolvers<never>();
  onEnd: (() => void) | undefined;
  readonly #writer: GroupWriter;
  readonly #group: Group;
  #ended: boolean = false;
  #doom: { readonly error: unknown } | undefined;

  constructor(writer: GroupWriter, group: Group) {
    this.#writer = writer;
    this.#group = group;
    // Whoever runs the member hears of it through the race.
    this.expired.promise.catch(() => undefined);
  }

  begin(): void {
    this.#writer.run(this.#group, "SAVEPOINT member");
  }

  async execute(query: Sql): Promise<QueryResult<unknown>> {
    if (this.#ended) throw new Error("the transaction has ended");
    // PostgreSQL refuses everything after a failed statement; so nobody gets used to anything else here.
    if (this.#doom !== undefined) throw this.#doom.error;
    try {
      return this.#writer.run(this.#group, query.sql, query.parameters);
    } catch (error) {
      this.#doom = { error: fromSqlite(error) };
      throw this.#doom.error;
    }
  }

  commit(): void {
    if (this.#doom !== undefined) throw this.#doom.error;
    this.#end("RELEASE member");
  }

  /** Returns the error to report. */
  rollback(error: unknown): unknown {
    if (!this.#ended && this.#group.failure === undefined) {
      this.#end("ROLLBACK TO member", "RELEASE member");
    }
    return error;
  }

  #end(...statements: readonly string[]): void {
    this.#ended = true;
    this.onEnd?.();
    try {
      for (const sql of statements) this.#writer.run(this.#group, sql);
    } catch (error) {
      // A savepoint that cannot be ended leaves nothing that is safe to commit.
      this.#writer.fail(this.#group, error);
    }
  }
}
