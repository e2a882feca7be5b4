/** One at a time for each key, in order of arrival; other keys run meanwhile. */

export type Serially = <T>(key: string, run: () => Promise<T>) => Promise<T>;

export function serially(): Serially {
  const last = new Map<string, Promise<unknown>>();
  return async (key, run) => {
    const before = last.get(key) ?? Promise.resolve();
    // The next waits for the end of this one, not for its success.
    const mine = before.then(run, run);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}
