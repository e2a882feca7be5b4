/**
 * Names of certificates in byte order on PostgreSQL, as they are on SQLite: sorted alike on both, and the beginning of a
 * name is a range of an index, which holds the key as well, so that no row need be read for it. What is searched is in
 * lower case; on SQLite the trigrams know no other.
 */
import type { Migration } from "./dialect.ts";

export const namesInByteOrder: Migration = {
  name: "0003-names-in-byte-order",
  statements: (engine) => (engine === "sqlite" ? [] : onPostgres),
};

const onPostgres = [
  `ALTER TABLE certificates ALTER COLUMN id TYPE TEXT COLLATE "C", ALTER COLUMN name TYPE TEXT COLLATE "C",
    ALTER COLUMN common_name TYPE TEXT COLLATE "C"`,
  `ALTER TABLE certificates DROP CONSTRAINT certificates_name_key,
    ADD CONSTRAINT certificates_name_key UNIQUE (name) INCLUDE (pk)`,
  "DROP INDEX certificates_common_name",
  "CREATE INDEX certificates_common_name ON certificates (common_name) INCLUDE (pk)",
  "UPDATE certificate_search SET text = lower(text) WHERE text <> lower(text)",
];
