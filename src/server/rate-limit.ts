/** Token buckets in memory, per key, bounded in number: a guard of this process, not a promise across replicas. */
import type { Clock } from "#base/time.ts";

export interface Limit {
  /** Tokens a second. */
  readonly rate: number;
  readonly burst: number;
}

export interface RateLimiter {
  /** 0 when the request may pass, else how many seconds to wait. */
  take(key: string): number;
}

interface Bucket {
  tokens: number;
  at: number;
}

const most = 100_000;

export function rateLimiter(limit: Limit, clock: Clock): RateLimiter {
  const buckets = new Map<string, Bucket>();
  return {
    take(key) {
      const now = clock.now();
      const bucket = buckets.get(key) ?? { tokens: limit.burst, at: now };
      const filled = bucket.tokens + ((now - bucket.at) / 1_000) * limit.rate;
      const tokens = Math.min(limit.burst, filled);
      // Moved to the end, so that the oldest go first when there are too many.
      buckets.delete(key);
      buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
      if (buckets.size > most) {
        const [oldest] = buckets.keys();
        if (oldest !== undefined) buckets.delete(oldest);
      }
      return tokens >= 1 ? 0 : Math.max(1, Math.ceil((1 - tokens) / limit.rate));
    },
  };
}
