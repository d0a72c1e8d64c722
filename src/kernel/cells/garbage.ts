import { Session } from 'node:inspector';
import v8 from 'node:v8';
import vm from 'node:vm';
import { libc } from '../../libc.js';
import { originalSetTimeout } from './cellContext.js';

/** MB that the heap holds beyond what is in use, and what share of that, which are worth a collection at rest. */
const LEAST_SPARE_MB = 15;
const LEAST_SPARE_SHARE = 0.2;
/** And between cells that follow each other at once. */
const MOST_GARBAGE_MB = 150;
/** With so much in use a collection takes long, and V8 does it when it must. */
const MOST_USED_MB = 1000;
const REST_MS = 1000;

/**
 * Collects garbage when the kernel has come to rest after cells, or when there is much. V8 by itself lets it grow to several times of what is in use,
 * and keeps it as long as nothing happens: what the compiler leaves of a hundred cells would look like a leak. At rest the
 * memory goes back to the system, too: V8 moves what is in use together as where memory runs out, which takes some tenths of a second.
 */
export function createGarbageCollection(restMs = REST_MS): () => void {
  const collect = exposedCollection();
  let inUseMb = heapMb().used;
  let timer: NodeJS.Timeout | undefined;
  const collected = (): void => {
    inUseMb = heapMb().used;
  };
  const betweenCells = (): void => {
    const { used } = heapMb();
    if (used - inUseMb < MOST_GARBAGE_MB || used > MOST_USED_MB) return;
    inUseMb = used; // until it is known
    void collect({ type: 'major', execution: 'async' })?.then(collected);
  };
  const atRest = (): void => {
    const { used, held } = heapMb();
    const leastSpareMb = Math.max(LEAST_SPARE_MB, LEAST_SPARE_SHARE * inUseMb);
    // The C library's freed memory: of messages, libraries, the compiler's buffers.
    const trim = (): void => void libc().malloc_trim(0);
    if (held - inUseMb < leastSpareMb || used > MOST_USED_MB) return trim();
    giveBack(() => {
      collected();
      trim();
    });
  };
  return () => {
    clearTimeout(timer);
    betweenCells();
    timer = originalSetTimeout(atRest, restMs).unref();
  };
}

/** Of the whole heap, at once or with options that V8 takes. Code of cells has no `gc`, as ever. */
export function exposedCollection(): (options?: object) => Promise<void> | undefined {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as (options?: object) => Promise<void> | undefined;
  v8.setFlagsFromString('--no-expose-gc');
  return collect;
}

/** `gc` has no such collection before Node 22. */
function giveBack(then: () => void): void {
  const inspector = new Session();
  inspector.connect();
  inspector.post('HeapProfiler.collectGarbage', () => {
    // Not from here: V8 is still answering.
    originalSetTimeout(() => inspector.disconnect(), 0);
    then();
  });
}

function heapMb(): { readonly used: number; readonly held: number } {
  const { used_heap_size, total_heap_size } = v8.getHeapStatistics();
  return { used: used_heap_size / 1e6, held: total_heap_size / 1e6 };
}
