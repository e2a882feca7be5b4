/** The network between the ACME issuer and a server: counted, and cut where a test says so. The requests are real. */

export interface Seen {
  readonly method: string;
  /** The first segment of pebble's paths: `order-plz`, `finalize-order`, `certZ`. */
  readonly what: string;
  readonly status: number;
}

export interface Watch {
  readonly fetch: typeof fetch;
  readonly seen: readonly Seen[];
  /** How many requests for `what` succeeded. */
  count(what: string): number;
}

/** Counts what passes. */
export function watch(): Watch {
  return cutAfter(Number.POSITIVE_INFINITY, () => {});
}

/**
 * Lets `n` requests reach the server; the answer of the last is lost and so is everything after it, as when the process
 * is killed at that moment.
 */
export function cutAfter(n: number, kill: () => void): Watch {
  const seen: Seen[] = [];
  const through = async (url: string, init: RequestInit): Promise<Response> => {
    if (seen.length >= n) throw new Error("the process was killed");
    const response = await fetch(url, init);
    const what = new URL(url).pathname.split("/")[1] ?? "";
    seen.push({ method: init.method ?? "GET", what, status: response.status });
    if (seen.length < n) return response;
    kill();
    throw new Error("the process was killed");
  };
  return {
    // The issuer calls it with a text and options only.
    fetch: through as typeof fetch,
    seen,
    count: (what) => seen.filter((it) => it.what === what && it.status < 300).length,
  };
}
