/** Conditions on certificates that are still managed, each so that an index is used, or is not. */
import { type SqlBool, sql } from "kysely";

/** Neither archived nor revoked: leads to the indexes of statuses and of ends. */
export const isStanding = sql<SqlBool>`certificates.archived_at is null and certificates.revoked_at is null`;

/** The same where rows are found by something else: an expression leads SQLite to no index. */
export const isStandingToo = sql<SqlBool>`+certificates.archived_at is null and +certificates.revoked_at is null`;

/**
 * Idle, looked at in rows that the index of ends leads to. Named plainly, SQLite would take the index of statuses, and
 * read every row for its time of renewal.
 */
export const isIdleToo = sql<SqlBool>`certificates.activity || '' = 'idle'`;
