import v8 from 'node:v8';
import vm from 'node:vm';

/** MB that a cell's compiler and the values that it showed may leave behind before they are collected. */
const MOST_GARBAGE_MB = 100;
/** With so much in use a collection takes long, and V8 does it when it must. */
const MOST_USED_MB = 1000;

/**
 * Collects garbage between cells, once there is much. V8 by itself lets it grow to several times of what is in use: what
 * the compiler leaves of a hundred cells would look like a leak, and stay with the kernel at rest.
 */
export function createGarbageCollection(): () => void {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as (options: object) => Promise<void>;
  v8.setFlagsFromString('--no-expose-gc'); // for code of cells all is as ever
  let inUseMb = usedMb();
  let isCollecting = false;
  return () => {
    const used = usedMb();
    if (isCollecting || used - inUseMb < MOST_GARBAGE_MB || used > MOST_USED_MB) return;
    isCollecting = true;
    void collect({ type: 'major', execution: 'async' }).finally(() => {
      isCollecting = false;
      inUseMb = usedMb();
    });
  };
}

function usedMb(): number {
  return process.memoryUsage().heapUsed / 1e6;
}
