import { setImmediate as nextTurn } from 'node:timers/promises';
import { exposedCollection } from '../../src/kernel/cells/garbage.js';
import { koffi } from '../../src/koffi.js';

const MALLINFO = [
  ...(['arena', 'ordblks', 'smblks', 'hblks', 'hblkhd'] as const),
  ...(['usmblks', 'fsmblks', 'uordblks', 'fordblks', 'keepcost'] as const),
];
let mallinfo: (() => unknown) | undefined;
let collect: ReturnType<typeof exposedCollection> | undefined;

/**
 * MiB that this process has in use: of JavaScript's heap behind a collection, and of the C library. What it has taken and freed
 * again, and may keep for later, is not among them.
 */
export async function inUseMiB(): Promise<number> {
  collect ??= exposedCollection();
  collect();
  // What is freed with an object, such as a tensor or a buffer, is freed a turn later.
  await nextTurn();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers + allocatedBytes()) / 2 ** 20;
}

/** In all arenas of glibc's malloc; of larger pieces, which are mapped, too. */
function allocatedBytes(): number {
  mallinfo ??= koffi()
    .load('libc.so.6')
    .func('mallinfo2', koffi().struct(Object.fromEntries(MALLINFO.map((name) => [name, 'size_t']))), []);
  const { uordblks, hblkhd } = mallinfo() as Readonly<Record<(typeof MALLINFO)[number], number | bigint>>;
  return Number(uordblks) + Number(hblkhd);
}
