/** The world as a value: everything code may touch beside its input. Tests build another one. */
import type { Log } from "#base/log.ts";
import type { Metrics } from "#base/metrics.ts";
import type { Random } from "#base/random.ts";
import type { Clock } from "#base/time.ts";
import type { Vault } from "#base/vault.ts";
import type { Database } from "#db/database.ts";

/** Where this installation is reached; goes into certificates, join commands and links. */
export interface Addresses {
  /** `https://host:8443`: pages, API, agents. */
  readonly https: string;
  /** `http://host:8080`: CA certificates, ACME answers. */
  readonly http: string;
}

export interface World {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly vault: Vault;
  readonly fetch: typeof fetch;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly addresses: Addresses;
}
