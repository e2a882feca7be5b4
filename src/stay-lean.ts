/** Many waiting agents and their heartbeats leave much behind, which the collector would let grow to as much again. */
import { seconds } from "#base/time.ts";
import { waitingRoom } from "#features/deployments/work.ts";
import type { World } from "#jobs/world.ts";

/** Fewer weigh less than what a collection stops: 60 ms with ten thousand (measured). */
const many = 1_000;
const interval = seconds(10);

/** Collects and gives back to the system, every ten seconds while many wait and once more when they have gone. */
export function stayLean(world: World): { stop(): Promise<void> } {
  const end = new AbortController();
  const room = waitingRoom(world);
  const loop = (async () => {
    for (let were = 0; !end.signal.aborted; ) {
      await world.clock.sleep(interval, end.signal);
      const are = room.size;
      if (!end.signal.aborted && Math.max(are, were) >= many) {
        Bun.gc(true);
        Bun.shrink();
      }
      were = are;
    }
  })();
  return {
    async stop() {
      end.abort();
      await loop;
    },
  };
}
