import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { inRepository } from '../../src/paths.js';
import { PYTHON } from '../python.js';
import type { Campaign, Closing, Fault, OpenCampaign } from './campaign.js';
import { differenceOf } from './differences.js';
import { type Matter, type Mutation, mutated, mutationsOf } from './mutations.js';
import type { Answer } from './readerProcess.js';
import type { Reading } from './readers.js';
import { makeSeeds } from './seedFiles.js';
import { type Answered, type WorkerProcess, workerProcess } from './workerProcess.js';

/** A read that has not answered by then hangs. */
const LIMIT_MS = 10_000;
/** Of the process that reads. */
const LIMIT_MIB = 1024;
const CASES_A_TURN = 40;
/** Readers whose files another reader reads, too. */
const REFERENCED = ['hdf5', 'scan'];

/** A whole file, and the folder that it lies in with those that it needs. */
interface Seed {
  readonly reader: string;
  readonly folder: string;
  /** Below the folder. */
  readonly file: string;
  readonly matter: Matter;
  readonly isPacked: boolean;
  readonly whole: Buffer;
  readonly focus: readonly number[];
  /** What the whole file holds, once it was read. */
  truth?: Reading;
}

/**
 * Whole files of every kind that is read, damaged by fast-check: each is read, or refused by one of our errors, within 10 s and
 * 1 GB; what is read is what the reference reader reads, or what the whole file holds.
 */
export const readerCampaign: Campaign = {
  name: 'readers',
  open: async (folder) => {
    const seeds = await seedsIn(await makeSeeds(join(folder, 'seeds')));
    const ours = workerProcess(process.execPath, [inRepository('dist/test/torture/readerProcess.js')], 3);
    const theirs = workerProcess(PYTHON, [inRepository('test/torture/reference.py')], 1);
    const turns = new Map<string, number>();
    // A control: what refuses whole files would pass every attack.
    for (const seed of seeds) {
      const outcome = await outcomeOf(seed, damaged(seed, []), join(folder, 'case'), ours, theirs);
      if (outcome.kind !== 'read')
        throw new Error(`the whole file ${seed.folder}/${seed.file} is ${outcome.kind}: ${outcome.what}`);
      seed.truth = outcome.reading;
    }
    return {
      turn: (seed) => turnOf(seed, seeds, join(folder, 'case'), ours, theirs, turns),
      close: async () => closeAll(ours, theirs),
    };
  },
};

function closeAll(...workers: readonly WorkerProcess[]): Closing {
  for (const worker of workers) worker.close();
  return { lines: [], faults: [] };
}

/** One seed file after the other, so that each kind has its turn whatever the number of its files. */
async function turnOf(
  turnSeed: number,
  seeds: readonly Seed[],
  caseFolder: string,
  ours: WorkerProcess,
  theirs: WorkerProcess,
  turns: Map<string, number>,
): ReturnType<OpenCampaign['turn']> {
  const readers = [...new Set(seeds.map(({ reader }) => reader))];
  const outcomes: Record<string, number> = {};
  const faults: Fault[] = [];
  let cases = 0;
  for (const reader of readers) {
    const own = seeds.filter((seed) => seed.reader === reader);
    const turn = turns.get(reader) ?? 0;
    turns.set(reader, turn + 1);
    const seed = own[turn % own.length]!;
    const check = async (mutations: Mutation[]): Promise<void> => {
      cases++;
      const bytes = damaged(seed, mutations);
      const outcome = await outcomeOf(seed, bytes, caseFolder, ours, theirs);
      const key = `${reader} ${outcome.kind}`;
      outcomes[key] = (outcomes[key] ?? 0) + 1;
      if (outcome.kind === 'fault') throw new Error(outcome.what);
    };
    const result = await fc.check(fc.asyncProperty(mutationsOf(seed.matter), check), {
      numRuns: Math.max(1, Math.round(CASES_A_TURN / readers.length) * 4),
      seed: turnSeed,
      interruptAfterTimeLimit: 30_000,
    });
    if (result.failed && result.counterexample !== null)
      faults.push(faultOf(seed, result.counterexample[0], result.errorInstance));
  }
  return { cases, faults, outcomes };
}

function faultOf(seed: Seed, mutations: readonly Mutation[], error: unknown): Fault {
  const what = error instanceof Error ? error.message : String(error);
  return {
    what: `${seed.reader}, ${basename(seed.folder)}: ${what.split('\n')[0]!.slice(0, 300)}`,
    evidence: {
      [basename(seed.file)]: damaged(seed, mutations),
      'mutations.json': JSON.stringify(mutations, null, 1),
      'error.txt': what,
    },
  };
}

function damaged({ whole, isPacked, matter, focus }: Seed, mutations: readonly Mutation[]): Buffer {
  const bytes = mutated(whole, mutations, matter, focus);
  return isPacked ? gzipSync(bytes) : bytes;
}

type Outcome =
  | { readonly kind: 'read'; readonly reading: Reading }
  | { readonly kind: 'refused' | 'fault'; readonly what: string };

async function outcomeOf(
  seed: Seed,
  bytes: Buffer,
  caseFolder: string,
  ours: WorkerProcess,
  theirs: WorkerProcess,
): Promise<Outcome> {
  rmSync(caseFolder, { recursive: true, force: true });
  cpSync(seed.folder, caseFolder, { recursive: true, verbatimSymlinks: true });
  const file = join(caseFolder, seed.file);
  writeFileSync(file, bytes);
  // Voxels lie beside the header that is opened.
  const question = `${seed.reader}\t${file.replace(/\.raw$/, '.mhd')}`;
  const answered = await ours.ask(question, LIMIT_MS);
  const answer = answerOf(answered);
  if (typeof answer === 'string') return { kind: 'fault', what: answer };
  if (answer.kind === 'untagged') return { kind: 'fault', what: `no error of ours: ${answer.message}` };
  if (answer.peakMiB > LIMIT_MIB) {
    ours.close();
    return { kind: 'fault', what: `${answer.peakMiB} MiB of memory` };
  }
  if (answer.kind === 'refused') return { kind: 'refused', what: answer.message ?? '' };
  const read = { kind: 'read', reading: answer.reading } as const;
  if (!REFERENCED.includes(seed.reader)) return read;
  const reference = await theirs.ask(question, LIMIT_MS + 5000);
  if (!('line' in reference)) return read;
  const truth = seed.truth ?? answer.reading!;
  const difference = differenceOf(seed.reader, answer.reading!, JSON.parse(reference.line), truth);
  return difference === undefined
    ? read
    : { kind: 'fault', what: `other than the reference reader: ${difference}` };
}

function answerOf(answered: Answered): Answer | string {
  if ('hung' in answered) return `no answer in ${answered.hung} ms`;
  if ('died' in answered) return `the process died: ${answered.died}`;
  return JSON.parse(answered.line) as Answer;
}

async function seedsIn(folder: string): Promise<Seed[]> {
  return readdirSync(folder).flatMap((reader) =>
    readdirSync(join(folder, reader)).flatMap((name) => {
      const own = join(folder, reader, name);
      const files = readdirSync(own, { recursive: true })
        .map(String)
        .filter((file) => statSync(join(own, file)).isFile());
      return files.filter((file) => !UNREAD.test(file)).map((file) => seedOf(reader, own, file));
    }),
  );
}

/** What no reader looks at: events for TensorBoard, figures. */
const UNREAD = /tfevents|\.svg$|\.lock$/;
const MATTERS: readonly [RegExp, Matter][] = [
  [/\.jsonl$/, 'jsonLines'],
  [/\.(json|ipynb)$/, 'json'],
  [/\.(csv|txt|ini|xml|mhd)$/, 'text'],
];

function seedOf(reader: string, folder: string, file: string): Seed {
  const stored = readFileSync(join(folder, file));
  const isPacked = file.endsWith('.gz');
  const whole = isPacked ? gunzipSync(stored) : stored;
  const matter = MATTERS.find(([ending]) => ending.test(file))?.[1] ?? 'bytes';
  return {
    ...{ reader, folder, file, matter, isPacked, whole },
    focus: matter === 'bytes' ? focusOf(whole) : [],
  };
}

/** Where HDF5 keeps its structures, and 400 bytes behind each; the first 400 bytes of any file. */
const SIGNATURES = [
  'OHDR',
  'OCHK',
  'TREE',
  'SNOD',
  'HEAP',
  'BTHD',
  'BTLF',
  'BTIN',
  'FAHD',
  'FADB',
  'EAHD',
  'EAIB',
  'EASB',
  'EADB',
  'GCOL',
  '{"',
];
const HEADER = 400;

function focusOf(whole: Buffer): number[] {
  const starts = [0];
  for (const signature of SIGNATURES)
    for (let at = whole.indexOf(signature); at >= 0; at = whole.indexOf(signature, at + 1)) starts.push(at);
  const spots = new Set(
    starts.flatMap((start) =>
      Array.from({ length: Math.min(HEADER, whole.length - start) }, (_, i) => start + i),
    ),
  );
  return [...spots].sort((a, b) => a - b);
}
