import v8 from 'node:v8';
import vm from 'node:vm';

/** MB of garbage that are worth a collection at rest, and between cells that follow each other at once. */
const LEAST_GARBAGE_MB = 50;
const MOST_GARBAGE_MB = 150;
/** With so much in use a collection takes long, and V8 does it when it must. */
const MOST_USED_MB = 1000;
const REST_MS = 1000;

// That of the time before timers learned to remember cells.
const originalSetTimeout = setTimeout;

/**
 * Collects garbage when the kernel has come to rest after cells, or when there is much. V8 by itself lets it grow to several times of what is in use,
 * and keeps it as long as nothing happens: what the compiler leaves of a hundred cells would look like a leak.
 */
export function createGarbageCollection(restMs = REST_MS): () => void {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as (options: object) => Promise<void>;
  v8.setFlagsFromString('--no-expose-gc'); // for code of cells all is as ever
  let inUseMb = usedMb();
  let timer: NodeJS.Timeout | undefined;
  const collectFrom = (leastMb: number): void => {
    const used = usedMb();
    if (used - inUseMb < leastMb || used > MOST_USED_MB) return;
    inUseMb = used; // until it is known
    void collect({ type: 'major', execution: 'async' }).then(() => {
      inUseMb = usedMb();
    });
  };
  return () => {
    clearTimeout(timer);
    collectFrom(MOST_GARBAGE_MB);
    timer = originalSetTimeout(collectFrom, restMs, LEAST_GARBAGE_MB).unref();
  };
}

function usedMb(): number {
  return v8.getHeapStatistics().used_heap_size / 1e6;
}
