import { expect, test } from "bun:test";
import { instant } from "#base/time.ts";
import { CertificateStatus, statusOf } from "#features/certificates/certificate.ts";
import { certificateHasStatus } from "#features/certificates/list-queries.ts";
import { csr } from "#test/csr.ts";
import { eachEngine } from "#test/database/engines.ts";
import { openProduct } from "#test/world.ts";

const now = instant(1_000);
const some = [null, instant(500), instant(1_000), instant(1_500)];

eachEngine("the status of a certificate", (open) => {
  test("is the same in code and in SQL, for every combination of evidence, and exactly one", async () => {
    const product = await openProduct(await open());
    const { id } = await product.ok("POST", "/api/v1/certificates", {
      csr_pem: await csr(["status.example.test"]),
    });
    const { database } = product.world;
    for (const activity of ["idle", "issuing", "renewing", "failed"] as const) {
      for (const notAfter of some) {
        for (const expiringAt of notAfter === null ? [null] : some.filter((it) => it !== null)) {
          for (const archivedAt of [null, instant(1)]) {
            for (const revokedAt of [null, instant(1)]) {
              await database.transaction((db) =>
                db
                  .updateTable("certificates")
                  .set({
                    activity,
                    not_after: notAfter,
                    expiring_at: expiringAt,
                    archived_at: archivedAt,
                    revoked_at: revokedAt,
                  })
                  .where("id", "=", id)
                  .execute(),
              );
              const expected = statusOf(
                { activity, notAfter, expiringAt, archivedAt, revokedAt },
                now,
              );
              const found: string[] = [];
              for (const status of CertificateStatus.options) {
                const row = await database.reader
                  .selectFrom("certificates")
                  .select("id")
                  .where((eb) => certificateHasStatus(eb, status, now))
                  .executeTakeFirst();
                if (row) found.push(status);
              }
              expect([activity, notAfter, expiringAt, archivedAt, revokedAt, found]).toEqual([
                activity,
                notAfter,
                expiringAt,
                archivedAt,
                revokedAt,
                [expected],
              ]);
            }
          }
        }
      }
    }
  }, 60_000);
});
