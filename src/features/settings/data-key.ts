/** The data key: made once, sealed by the master key. A wrong or missing master key is an error at start, never a re-key. */
import { Mistake } from "#base/mistake.ts";
import type { Random } from "#base/random.ts";
import { Secret } from "#base/secret.ts";
import { masterKeyOf, type Vault, vaultOf } from "#base/vault.ts";
import type { Database } from "#db/database.ts";
import { keepSealed, loadSealed } from "./store.ts";

const place = "settings/data-key";

export class WrongMasterKey extends Mistake {
  constructor(cause: unknown) {
    super(
      "the master key does not open this database: give the CERTCTL_CONFIG_ENCRYPTION_KEY (or master.key file) it was made with",
      { cause },
    );
    this.name = "WrongMasterKey";
  }
}

/** Opens the vault of this database, making its data key on the first start. Throws `WrongMasterKey`. */
export async function openVault(
  database: Database,
  master: Secret,
  random: Random,
): Promise<Vault> {
  const outer = vaultOf(masterKeyOf(master), random);
  const known = await loadSealed(database.reader, place);
  // Two replicas starting together: the first to commit wins, both use what is there.
  const sealed =
    known ??
    (await database.transaction((db) =>
      keepSealed(db, place, outer.seal(place, random.bytes(32))),
    ));
  try {
    return vaultOf(new Secret(outer.unseal(place, sealed)), random);
  } catch (cause) {
    throw new WrongMasterKey(cause);
  }
}

/** Was this database sealed before? */
export async function hasDataKey(database: Database): Promise<boolean> {
  return (await loadSealed(database.reader, place)) !== null;
}
