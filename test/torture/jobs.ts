import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRepository } from '../../src/paths.js';
import { readMetrics } from '../../src/training/run/metricsLog.js';
import { voxlab } from '../commands/voxlab.js';
import { cropFixture } from '../patches/cropFixture.js';
import { computed, trainFixture } from '../training/trainFixture.js';

/** A command that writes, and how to tell that its result is whole: the same as of a run that nobody disturbed. */
export interface Job {
  readonly name: string;
  /** Words of the command line that write into a folder; asked again after a disturbance. */
  words(out: string): readonly string[];
  /** Hashes of what lies in the folder under final names, by name. */
  results(out: string): Results;
  /** Whether a file under its final name is the last one: not so of a run, whose checkpoints follow each other. */
  readonly isFinal: boolean;
}

export type Results = Readonly<Record<string, string>>;

type Ends = { after: (end: () => void) => void };

/** All jobs, with their inputs made below `folder`. */
export async function jobsIn(folder: string, ends: Ends): Promise<Job[]> {
  const crop = cropJobs(ends);
  const { data } = await trainFixture(ends);
  const trained = join(folder, 'trained');
  must('train', '--data', data, '--out', trained, ...TRAIN, '--epochs', '1');
  const log = inRepository('data', 'gpustat', 'k80x8_2018.txt');
  const notebook = join(folder, 'small.ipynb');
  writeFileSync(notebook, JSON.stringify(smallNotebook()));
  return [
    ...crop,
    ...[
      ['one device', []],
      ['two devices', ['--strategy', 'data', '--devices', '2']],
      ['two processes', ['--processes', '2']],
    ].map(([name, layout]) => trainJob(`train on ${name}`, data, layout as string[])),
    evaluateJob(trained),
    fileJob('gpu plot', (out) => ['gpu', 'plot', log, '--out', out]),
    fileJob('explore --html', (out) => ['explore', data, '--html', join(out, 'patches.html')]),
    fileJob('export safetensors', (out) => [
      'export',
      trained,
      '--to',
      'safetensors',
      '--out',
      join(out, 'network.safetensors'),
    ]),
    fileJob('explain', (out) => ['explain', trained, '--rows', '0,4', '--out', out]),
    fileJob('sample', (out) => ['sample', '--out', out, '--scans', '1', '--workers', '1']),
    fileJob('tables segments', (out) => [
      ...['tables', 'segments', inRepository('test', 'fixtures', 'segments', 'binary.dcm')],
      ...['--out', join(out, 'nodules.csv')],
    ]),
    notebookJob(notebook),
  ];
}

const TRAIN = ['--holdout', '2', '--batch', '8', '--filters', '4', '--threads', '1', '--seed', '16'];

function cropJobs(ends: Ends): Job[] {
  const { folder, scansFolder } = cropFixture(ends);
  const config = join(folder, 'crop.ini');
  writeFileSync(
    config,
    `[local]\nLUNA_PATH = ${scansFolder}\nCSV_PATH = ${scansFolder}\nPREPROCESSED_PATH = ${folder}/out\n`,
  );
  const words = [
    'crop',
    '--config',
    config,
    '--dim',
    '24',
    '--slices',
    '16',
    '--outside',
    'skip',
    '--workers',
    '1',
  ];
  const shards = join(folder, 'shards');
  for (const shard of ['0/2', '1/2']) must(...words, '--shard', shard, '--out', shards);
  const parts = readdirSync(shards)
    .filter((name) => name.endsWith('.hdf5'))
    .map((name) => join(shards, name));
  return [
    fileJob('crop', (out) => [...words, '--out', out]),
    fileJob('merge', (out) => ['merge', ...parts, '--out', out, '--force']),
  ];
}

function trainJob(name: string, data: string, layout: readonly string[]): Job {
  const epochs = ['--epochs', '12', '--checkpoint-steps', '3'];
  const run = (out: string): string => join(out, 'run');
  return {
    name,
    words: (out) =>
      existsSync(join(run(out), 'config.json'))
        ? ['train', '--resume', run(out), ...epochs, ...layout]
        : ['train', '--data', data, '--out', run(out), ...TRAIN, ...epochs, ...layout],
    isFinal: false,
    results: (out) => ({
      ...hashesIn(join(run(out), 'last'), ['weights.safetensors', 'optimizer.safetensors']),
      metrics: existsSync(join(run(out), 'metrics.jsonl'))
        ? hashOf(JSON.stringify(computed(readMetrics(run(out)))))
        : '',
    }),
  };
}

/** Its files lie in the run: each folder gets a copy of it. */
function evaluateJob(trained: string): Job {
  return {
    name: 'evaluate',
    words: (out) => {
      const run = join(out, 'run');
      if (!existsSync(run)) copyRun(trained, run);
      return ['evaluate', run];
    },
    isFinal: true,
    results: (out) => hashesIn(join(out, 'run', 'evaluation', 'holdout-2'), ['predictions.csv', 'rows.csv']),
  };
}

function notebookJob(notebook: string): Job {
  return {
    name: 'notebook run',
    words: (out) => ['notebook', 'run', notebook, '--out', out],
    isFinal: true,
    results: (out) => {
      const executed = join(out, 'small.ipynb');
      if (!existsSync(executed)) return {};
      const { cells } = JSON.parse(readFileSync(executed, 'utf8')) as {
        cells: { outputs?: { text?: unknown }[] }[];
      };
      return { outputs: JSON.stringify(cells.map(({ outputs }) => outputs?.map(({ text }) => text))) };
    },
  };
}

/** A command whose files are the same bytes each time. */
function fileJob(name: string, words: Job['words']): Job {
  return { name, words, isFinal: true, results: (out) => hashesIn(out) };
}

/** Of all files (or those named) but those that say that they are not the result: locks, parts, caches. */
function hashesIn(folder: string, names?: readonly string[]): Results {
  if (!existsSync(folder)) return {};
  const files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter(
      (file) => statSync(join(folder, file)).isFile() && !ASIDE.test(file) && (names?.includes(file) ?? true),
    );
  return Object.fromEntries(files.sort().map((file) => [file, hashOf(readFileSync(join(folder, file)))]));
}

const ASIDE = /\.(lock|partial|index)$|\.staging|\.partial|-unfinished\.json$/;

function hashOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Runs a command that prepares. */
function must(...words: readonly string[]): void {
  const { status, stderr } = voxlab(...words);
  if (status !== 0) throw new Error(`${words.join(' ')}: exit ${status}: ${stderr}`);
}

/** Its checkpoints are links within it. */
function copyRun(from: string, to: string): void {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
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
