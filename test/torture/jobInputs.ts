import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeMetaImage } from '../../src/volumes/metaImage/metaImageWriter.js';
import { REFERENCES, scanOf, xmlOf } from '../candidates/lidc/lidcReference.js';
import { chestPhantom } from '../detection/chestPhantom.js';
import { cropFixture } from '../patches/cropFixture.js';
import { trainFixture } from '../training/trainFixture.js';
import { must } from './job.js';

export const TRAIN = ['--holdout', '2', '--batch', '8', '--filters', '4', '--threads', '1', '--seed', '16'];

export const COORDINATES = 'seriesuid,coordX,coordY,coordZ';

/** What jobs read, each made once, when it is first asked for. */
export interface JobInputs {
  /** A patch file to train on. */
  readonly data: () => Promise<string>;
  /** A run of one epoch on it, evaluated. */
  readonly trained: () => Promise<string>;
  /** Its network as safetensors. */
  readonly network: () => Promise<string>;
  /** Words of a crop, but for --out. */
  readonly crop: () => Promise<readonly string[]>;
  /** Two shards of it. */
  readonly shards: () => Promise<readonly string[]>;
  /** A chest, coarse. */
  readonly scan: () => Promise<string>;
  /** Nodules of the patch file's scans. */
  readonly annotations: () => Promise<string>;
  /** Words of froc: a submission and its tables. */
  readonly submission: () => Promise<readonly string[]>;
  /** A reading in LIDC-IDRI's XML, and its scan. */
  readonly lidc: () => Promise<string>;
  readonly notebook: () => Promise<string>;
}

export function jobInputs(folder: string, ends: { after: (end: () => void) => void }): JobInputs {
  const put = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const data = once(async () => (await trainFixture(ends)).data);
  const trained = once(async () => {
    const run = join(folder, 'trained');
    must('train', '--data', await data(), '--out', run, ...TRAIN, '--epochs', '1');
    must('evaluate', run);
    return run;
  });
  const crop = once(async () => cropWords(ends));
  return {
    ...{ data, trained, crop },
    network: once(async () => {
      const file = join(folder, 'network.safetensors');
      must('export', await trained(), '--to', 'safetensors', '--out', file);
      return file;
    }),
    shards: once(async () => shardsOf(await crop(), join(folder, 'shards'))),
    scan: once(async () => {
      const balls = [{ centerWorldMm: [-70, 5, -30], diameterMm: 12, hu: 20 }] as const;
      const file = join(folder, 'chest.mhd');
      await writeMetaImage(file, chestPhantom({ balls, spacingMm: [2, 2, 2.5] }));
      return file;
    }),
    annotations: once(async () => put('annotations.csv', nodules())),
    submission: once(async () => [
      put('submission.csv', `${COORDINATES},probability\na,1,0,0,9\nb,99,0,0,5\nb,51,0,0,4\n`),
      ...['--annotations', put('readers.csv', `${COORDINATES},diameter_mm\na,0,0,0,6\nb,0,0,0,6\n`)],
      ...['--seriesuids', put('seriesuids.csv', 'a\nb\n'), '--samples', '100'],
    ]),
    lidc: once(async () => {
      const marked = join(folder, 'lidc');
      mkdirSync(marked);
      const reference = REFERENCES[0]!;
      copyFileSync(xmlOf(reference), join(marked, 'readers.xml'));
      writeMetaImage(join(marked, `${reference.uid}.mhd`), {
        ...{ ...scanOf(reference).geometry, size: [4, 4, reference.slices] },
        data: new Int16Array(16 * reference.slices),
      });
      return marked;
    }),
    notebook: once(async () => put('small.ipynb', JSON.stringify(smallNotebook()))),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function cropWords(ends: { after: (end: () => void) => void }): readonly string[] {
  const { folder, scansFolder } = cropFixture(ends);
  const config = join(folder, 'crop.ini');
  writeFileSync(
    config,
    `[local]\nLUNA_PATH = ${scansFolder}\nCSV_PATH = ${scansFolder}\nPREPROCESSED_PATH = ${folder}/out\n`,
  );
  const shape = ['--dim', '24', '--slices', '16', '--outside', 'skip', '--workers', '1'];
  return ['crop', '--config', config, ...shape];
}

function shardsOf(crop: readonly string[], folder: string): readonly string[] {
  for (const shard of ['0/2', '1/2']) must(...crop, '--shard', shard, '--out', folder);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.hdf5'))
    .map((name) => join(folder, name));
}

/** One at each patch of class 1 of trainFixture(): rows 0, 4, 8, ... */
function nodules(): string {
  const rows = Array.from({ length: 12 }, (_, i) =>
    [`scan${Math.floor(i / 3)}`, 4 * i, -4 * i, 2 * i, 3].join(','),
  );
  return `${COORDINATES},diameter_mm\n${rows.join('\n')}\n`;
}

function smallNotebook(): unknown {
  const cell = (source: string) => ({
    cell_type: 'code',
    execution_count: null,
    id: source.slice(0, 5).replace(/\W/g, '-'),
    metadata: {},
    outputs: [],
    source,
  });
  return {
    cells: [
      cell('let a = 1;\nconsole.log(a);'),
      cell(
        'for (let i = 0; i < 5; i++) {\n  await new Promise((done) => setTimeout(done, 50));\n  console.log(a + i);\n}',
      ),
    ],
    metadata: { kernelspec: { name: 'voxlab', display_name: 'TypeScript (voxlab)', language: 'typescript' } },
    ...{ nbformat: 4, nbformat_minor: 5 },
  };
}

/** The texts that the cells of an executed notebook printed. */
export function printedBy(file: string): string {
  const { cells } = JSON.parse(readFileSync(file, 'utf8')) as {
    cells: { outputs?: { text?: unknown }[] }[];
  };
  // A slow machine sends the same text in more pieces.
  return JSON.stringify(cells.map(({ outputs }) => outputs?.flatMap(({ text }) => text).join('')));
}
