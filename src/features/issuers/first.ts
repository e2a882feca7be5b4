/** The first issuer: `iss-local` with a CA of our own, made at the first start or loaded from the operator's files. */
import type { Kysely } from "kysely";
import { isUniqueViolation } from "#db/portable.ts";
import type { Tables } from "#db/tables.ts";
import type { World } from "#jobs/world.ts";
import { type Anchors, trustAnchors } from "./anchors.ts";
import { type CaFiles, loadSubordinate, type Made, makeHierarchy } from "./authority-create.ts";
import * as authorities from "./authority-queries.ts";
import * as queries from "./queries.ts";

export const localIssuerId = "iss-local";

/** Makes sure that the built-in CA is there. Throws `invalid-input` when the files are no usable CA. */
export async function ensureLocalIssuer(world: World, files: CaFiles | undefined): Promise<void> {
  const { database, clock, random, vault } = world;
  const row = await queries.findIssuer(database.reader, localIssuerId);
  const issuerPk = row?.pk ?? (await insertLocal(world));
  const tools = { now: clock.now(), random, vault };
  if (files) {
    const { authority, above } = loadSubordinate(files, tools);
    await saveChain(world, issuerPk, [...above].reverse(), authority, "replace");
    return;
  }
  if (await authorities.findIssuing(database.reader, issuerPk)) return;
  // Two installations must not have CAs of the same name: relying parties would mix them up.
  const name = `certctl ${Buffer.from(random.bytes(3)).toString("hex").toUpperCase()}`;
  const { root, issuing } = await makeHierarchy(name, tools);
  await saveChain(world, issuerPk, [root], issuing, "keep");
}

/** Two replicas may start for the first time together: the second takes what the first has made. */
async function insertLocal(world: World): Promise<number> {
  const now = world.clock.now();
  const inserted = world.database.transaction(async (db) => {
    const there = await queries.findIssuer(db, localIssuerId);
    if (there) return there.pk;
    const fields = { name: "Built-in CA", type: "GenericCA", shown: {}, sealed: null };
    return await queries.insertIssuer(
      db,
      localIssuerId,
      { ...fields, enabled: true, source: "first-start" },
      now,
    );
  });
  return await inserted.catch(async (error: unknown) => {
    const there = isUniqueViolation(error)
      ? await queries.findIssuer(world.database.reader, localIssuerId)
      : undefined;
    if (!there) throw error;
    return there.pk;
  });
}

/** Saves what stands above and the authority itself, root first; what is there already is left, with "keep" also another that issues. */
async function saveChain(
  world: World,
  issuerPk: number,
  above: readonly Made[],
  authority: Made,
  other: "keep" | "replace",
): Promise<void> {
  const now = world.clock.now();
  await world.database.transaction(async (db) => {
    await queries.lockIssuer(db, issuerPk);
    if (other === "keep" && (await authorities.findIssuing(db, issuerPk))) return;
    let parentPk: number | null = null;
    let pk = 0;
    for (const it of [...above, authority]) {
      const known = await authorities.findByFingerprint(db, it.fingerprint);
      const issuing = it === authority;
      const added = { ...it, issuerPk, parentPk, issuing };
      pk = known?.pk ?? (await authorities.insertAuthority(db, added, now));
      parentPk = pk;
    }
    await authorities.setIssuing(db, issuerPk, pk, now);
  });
}

/** The anchors above the built-in issuer, which issues the server's own certificate. */
export async function ownAnchors(reader: Kysely<Tables>): Promise<Anchors> {
  const row = await queries.findIssuer(reader, localIssuerId);
  return row ? await trustAnchors(reader, row.pk) : { pem: [], fingerprints: [] };
}
