/**
 * Who is behind an API key: `user:ID`, or `key:ID` for a key of the environment. NULL where that cannot be told, which
 * counts as nobody who may decide. Keys made before this know their maker by name only, and names repeat: the person
 * is taken where whoever of that name may have been the maker is the same one.
 */
import type { Migration } from "./dialect.ts";

const makers = `FROM (
    SELECT pk, name, person FROM api_keys UNION ALL SELECT 0, name, 'user:' || id FROM users
  ) maker WHERE maker.name = api_keys.created_by AND maker.pk < api_keys.pk`;

const fromMaker = `UPDATE api_keys SET person = (SELECT MIN(maker.person) ${makers})
  WHERE person IS NULL AND (SELECT COUNT(DISTINCT maker.person) ${makers}) = 1
    AND NOT EXISTS (SELECT 1 ${makers} AND maker.person IS NULL)`;

/** A statement resolves one generation. Keys that descend further keep NULL. */
const generations = 8;

export const personBehindAKey: Migration = {
  name: "0004-person-behind-a-key",
  statements: () => [
    "ALTER TABLE api_keys ADD COLUMN person TEXT",
    "UPDATE api_keys SET person = 'key:' || id WHERE source = 'env'",
    // Setup makes its key beside the first user, and by nobody else.
    `UPDATE api_keys SET person = (
      SELECT 'user:' || users.id FROM users WHERE users.name = api_keys.created_by
    ) WHERE source = 'setup'`,
    ...Array.from({ length: generations }, () => fromMaker),
  ],
};
