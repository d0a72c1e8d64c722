import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BatchRequest } from '../../src/feed/sharedRing.js';
import { openPatchFile } from '../../src/store/patchFile.js';
import { openFeed } from '../../src/training/openFeed.js';
import type { TrainConfig } from '../../src/training/run/trainConfig.js';
import { train } from '../../src/training/train.js';
import { trainFixture } from '../training/trainFixture.js';
import { inUseMiB } from './inUse.js';

/**
 * Does one thing again and again, until it is ended: `node soakProcess.js trainings|steps|feed FOLDER`. Trainings are runs from begin
 * to end, steps are those of one run without end, feed reads batches. Prints `round` for each round, and between two of them, from
 * time to time, the MiB that are in use: within a round it would depend on how far that has come.
 */
const [kind, folder] = process.argv.slice(2) as [string, string];
mkdirSync(folder, { recursive: true });
const config = await trainFixture({ after: () => {} });
const KINDS: Readonly<Record<string, () => Promise<void>>> = { trainings, steps, feed };
const ROWS = 8;
const MEMORY_EVERY_MS = 30_000;
let measured = Date.now();
await KINDS[kind]!();

async function endRound(): Promise<void> {
  process.stdout.write('round\n');
  if (Date.now() - measured < MEMORY_EVERY_MS) return;
  process.stdout.write(`${await inUseMiB()}\n`);
  measured = Date.now();
}

async function trainings(): Promise<void> {
  for (let round = 0; ; round++) {
    const run = join(folder, `run-${round}`);
    for await (const _ of train({ ...config, run, epochs: 1 }));
    rmSync(run, { recursive: true });
    await endRound();
  }
}

async function steps(): Promise<void> {
  const endless: TrainConfig = {
    ...config,
    run: join(folder, 'endless'),
    epochs: 1_000_000,
    checkpointSteps: 0,
  };
  for await (const record of train(endless)) if (record.kind === 'epoch') await endRound();
}

async function feed(): Promise<void> {
  const patches = await openPatchFile(config.data);
  let batches = 0;
  for await (const _ of openFeed(patches, config, ROWS).batches(requests(patches.rows)))
    if (++batches % 1000 === 0) await endRound();
}

function* requests(rows: number): Generator<BatchRequest> {
  for (let step = 0; ; step++)
    yield {
      rows: Uint32Array.from({ length: ROWS }, (_, i) => (step * 7 + i) % rows),
      place: { step, first: 0 },
    };
}
