/** How long a request may work. */
import { type Clock, later, type Milliseconds } from "#base/time.ts";

/** Made once: an exception with a stack of its own for each request would be for nobody. */
const tookTooLong = new DOMException("the request took too long", "TimeoutError");
const isOver = new DOMException("the request is over", "AbortError");

/**
 * Gives `work` a signal that aborts when `request` does, when `limit` is over, and when it has ended. AbortSignal.timeout
 * would live, with everything it holds, for its whole time: of 200 requests a second those are 6,000.
 */
export async function withDeadline<T>(
  clock: Clock,
  request: AbortSignal,
  limit: Milliseconds,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const end = new AbortController();
  const stop = () => end.abort(isOver);
  if (request.aborted) stop();
  request.addEventListener("abort", stop, { once: true });
  void abortAfter(clock, limit, end);
  try {
    return await work(end.signal);
  } finally {
    request.removeEventListener("abort", stop);
    stop();
  }
}

async function abortAfter(clock: Clock, limit: Milliseconds, it: AbortController): Promise<void> {
  const until = later(clock.now(), limit);
  for (let left = limit; left > 0 && !it.signal.aborted; left = until - clock.now()) {
    await clock.sleep(left, it.signal);
  }
  it.abort(tookTooLong);
}
