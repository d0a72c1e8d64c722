// Runs the compiled examples of a folder (exampleFolder.ts) one after the other, with one engine:
//   VOXLAB_HOME=FOLDER node dist/test/program/exampleRunner.js FILE...    in FOLDER
// writes results.json: [{ file, seconds, error? }].
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import {
  CROP_CONFIG_FILE,
  crop,
  crossvalConfigs,
  evaluate,
  inRepository,
  openPatchFile,
  readCropSettings,
  readTrainingSettings,
  scanLabels,
  type TrainConfig,
  train,
} from '../../src/index.js';
import { createComms } from '../../src/kernel/comms.js';
import { openSession } from '../../src/kernel/session.js';
import { makeSampleDataSet } from '../../src/sample/sampleDataSet.js';

/** What the examples find as `npm start` leaves it, only smaller: scans, patches, a run; and a cross-validation. */
async function makeData(): Promise<void> {
  await makeSampleDataSet({ out: inRepository('data/raw'), scans: 10, coarsening: 4 });
  const { preprocessedFolder, ...settings } = readCropSettings(CROP_CONFIG_FILE, 'local');
  const format = { dim: 32, slices: 32, spacingMm: [1, 1, 1], interpolation: 'linear' } as const;
  await crop({ ...settings, outFolder: preprocessedFolder, subsets: 'all', formats: [format] });
  const data = inRepository('data/preprocessed/32x32x32-patch.hdf5');
  const small = { filters: 2, epochs: 1, batchSize: 64, threads: 0 };
  const config = { ...readTrainingSettings(), data, run: inRepository('runs/start'), ...small };
  await evaluated(config);
  const patches = await openPatchFile(data);
  const labels = scanLabels(patches);
  patches.close();
  const whole = { ...config, run: inRepository('runs/crossval') };
  for (const fold of crossvalConfigs(whole, labels, 3).slice(0, 2)) await evaluated(fold);
}

async function evaluated(config: TrainConfig): Promise<void> {
  for await (const _ of train(config));
  await evaluate({ run: config.run, checkpoint: 'best' });
}

/** The examples of cells run as in one: their messages go nowhere, whoever asks is answered. */
function beInNotebook(): void {
  const publish = () => undefined;
  openSession({
    publish,
    readInput: () => 'answer',
    interruptSignal: () => new AbortController().signal,
    showInPager: publish,
    comms: createComms(publish),
  });
}

/** What an example says of a value in `EXPRESSION //=> VALUE`. */
function said(value: unknown, expected: string): void {
  const shown = inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 5 });
  if (shown !== expected) throw new Error(`says //=> ${expected}, the value is ${shown}`);
}

Object.assign(globalThis, { said });
let complaints = 0;
console.error = () => complaints++;
await makeData();
beInNotebook();
const results: { file: string; seconds: number; error?: string }[] = [];
for (const file of process.argv.slice(2)) {
  const from = performance.now();
  const saidBefore = complaints;
  const expectsError = readFileSync(file, 'utf8').includes('catch (error)');
  const error = await import(pathToFileURL(resolve(file)).href).then(
    () =>
      expectsError && complaints === saidBefore ? 'shows how an error is caught, and none came' : undefined,
    (thrown: unknown) => inspect(thrown),
  );
  const seconds = (performance.now() - from) / 1000;
  results.push({ file, seconds, ...(error === undefined ? {} : { error }) });
}
writeFileSync('results.json', JSON.stringify(results));
process.exit(0);
