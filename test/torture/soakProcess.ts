import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BatchRequest } from '../../src/feed/sharedRing.js';
import { koffi } from '../../src/koffi.js';
import { openPatchFile } from '../../src/store/patchFile.js';
import { openFeed } from '../../src/training/openFeed.js';
import type { TrainConfig } from '../../src/training/run/trainConfig.js';
import { train } from '../../src/training/train.js';
import { trainFixture } from '../training/trainFixture.js';

/**
 * Does one thing again and again, until it is ended: `node --expose-gc soakProcess.js trainings|steps|feed FOLDER`. Trainings are
 * runs from begin to end, steps are those of one run without end, feed reads batches. Prints `round` for each round, and from time to
 * time the MiB that are in use: what the process has taken and freed again, and may keep for later, is not among them.
 */
const [kind, folder] = process.argv.slice(2) as [string, string];
mkdirSync(folder, { recursive: true });
const config = await trainFixture({ after: () => {} });
const say = (): void => void process.stdout.write('round\n');
const MALLINFO = [
  ...(['arena', 'ordblks', 'smblks', 'hblks', 'hblkhd'] as const),
  ...(['usmblks', 'fsmblks', 'uordblks', 'fordblks', 'keepcost'] as const),
];
let mallinfo: (() => unknown) | undefined;
const KINDS: Readonly<Record<string, () => Promise<void>>> = { trainings, steps, feed };
const ROWS = 8;
const MEMORY_EVERY_MS = 30_000;
setInterval(() => process.stdout.write(`${inUseMiB()}\n`), MEMORY_EVERY_MS);
await KINDS[kind]!();

/** Of JavaScript, when its garbage is collected, and of the C library. */
function inUseMiB(): number {
  gc!();
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

async function trainings(): Promise<void> {
  for (let round = 0; ; round++) {
    const run = join(folder, `run-${round}`);
    for await (const _ of train({ ...config, run, epochs: 1 }));
    rmSync(run, { recursive: true });
    say();
  }
}

async function steps(): Promise<void> {
  const endless: TrainConfig = {
    ...config,
    run: join(folder, 'endless'),
    epochs: 1_000_000,
    checkpointSteps: 0,
  };
  for await (const record of train(endless)) if (record.kind === 'epoch') say();
}

async function feed(): Promise<void> {
  const patches = await openPatchFile(config.data);
  let batches = 0;
  for await (const _ of openFeed(patches, config, ROWS).batches(requests(patches.rows)))
    if (++batches % 1000 === 0) say();
}

function* requests(rows: number): Generator<BatchRequest> {
  for (let step = 0; ; step++)
    yield {
      rows: Uint32Array.from({ length: ROWS }, (_, i) => (step * 7 + i) % rows),
      place: { step, first: 0 },
    };
}
