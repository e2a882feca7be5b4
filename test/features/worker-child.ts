/** A worker process of the two-process test: runs jobs whose effect is a call to a counting peer. */
import { z } from "zod";
import { silent } from "#base/log.ts";
import { systemRandom } from "#base/random.ts";
import { Secret } from "#base/secret.ts";
import { minutes, seconds, systemClock } from "#base/time.ts";
import { masterKeyOf, vaultOf } from "#base/vault.ts";
import { openDatabase } from "#db/open.ts";
import { engine } from "#jobs/engine.ts";
import { serverJob } from "#jobs/job.ts";
import { uncountedForTests } from "#test/uncounted.ts";

const [url = "", peer = "", name = ""] = process.argv.slice(2);

export const effectJob = serverJob({
  kind: "test.effect",
  type: "Issuance",
  executor: "server",
  input: z.strictObject({}),
  attempts: 10,
  timeout: minutes(1),
  async run(ctx, job) {
    await ctx.confirmLease();
    const answer = await fetch(peer, {
      method: "POST",
      headers: { "idempotency-key": job.id, worker: name },
      signal: AbortSignal.timeout(10_000),
    });
    return await answer.text();
  },
  commit: async (_, __, text) => ({ text }),
});

if (import.meta.main) {
  const warn = (_: unknown, message: string) => process.stderr.write(`${message}\n`);
  const database = await openDatabase({
    url,
    dataDir: "/nonexistent",
    log: silent,
    clock: systemClock,
    maxConnections: 10,
    onFatal: () => process.exit(70),
  });
  const workers = engine({
    world: {
      database,
      clock: systemClock,
      random: systemRandom,
      vault: vaultOf(masterKeyOf(new Secret("x".repeat(32))), systemRandom),
      fetch,
      log: { ...silent, info: warn, warn, error: warn },
      metrics: uncountedForTests,
      addresses: { https: "", http: "" },
    },
    kinds: [effectJob],
    subscriptions: [],
    concurrency: 32,
    lease: seconds(3),
    poll: 200,
  });
  workers.start();
  process.stdout.write("ready\n");
  process.on("SIGTERM", async () => {
    await workers.stop(seconds(5));
    await database.close();
    process.exit(0);
  });
}
