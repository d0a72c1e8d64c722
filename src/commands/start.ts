import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MODEL_CONFIG_FILE } from '../config/trainingSettings.js';
import { VoxlabError } from '../errors.js';
import { lockEvaluation } from '../evaluation/evaluate.js';
import { type ReadersTables, readersTables } from '../evaluation/readersTables.js';
import { scanLabels } from '../feed/rowLabels.js';
import { takeLock } from '../fileLock.js';
import { findNotebook } from '../kernel/notebooks/notebookRun.js';
import { handSignalsOn } from '../parentProcess.js';
import { fromHere, inPackage, inRepository, makeFolder, typed, writeFileAtomically } from '../paths.js';
import { formatSeconds } from '../progress.js';
import { withSharedPaths } from '../sharedPath.js';
import { openPatchFile } from '../store/patchFile.js';
import { textIfThere } from '../textIfThere.js';
import { type DataIdentity, dataIdentity } from '../training/run/dataIdentity.js';
import { metricsOf } from '../training/run/metricsLog.js';
import { configFile, lockRun } from '../training/run/runFolder.js';
import { endOf, startCommand } from './childCommand.js';
import type { RegisterCommand } from './registerCommand.js';
import { print, say } from './standardStreams.js';

/** What a command of the main job failed with; its own line stands on stderr already. */
class StepFailed extends VoxlabError {
  readonly _tag = 'StepFailed';

  constructor(
    words: readonly string[],
    override readonly exitCode: number,
  ) {
    super(
      exitCode === 130
        ? `interrupted; ${typed('start')} goes on from here`
        : `'voxlab ${words.join(' ')}' ended with exit code ${exitCode}: mend what it says above, then run ${typed('start')} again`,
    );
  }
}

interface SampleAnswer {
  readonly out: string;
  readonly scans: number;
  /** Scans that were not there yet. */
  readonly written: number;
}
interface CropAnswer {
  readonly status: 'written' | 'done';
  readonly file: string;
  readonly rows: number;
  readonly byClass: Readonly<Record<string, number>>;
}
interface TrainAnswer {
  readonly run: string;
  readonly epochs: number;
  readonly steps: number;
}
interface EvaluateAnswer {
  readonly rows: number;
  readonly accuracy: number;
  readonly rocAuc: number;
  readonly part: string;
  readonly rocAucInterval: readonly [number, number] | null;
  readonly rocAucIntervalMethod: string | null;
  readonly files: Readonly<Record<string, string>>;
}

export const registerStartCommand: RegisterCommand = (program) => {
  program
    .command('start')
    .description(
      'The main job on the sample data: sample, crop, train, evaluate, run the notebooks; what is done is skipped.',
    )
    .action(runMainJob);
};

/** The commands that a user would type, one after the other; each says itself what it skips. One job at a time. */
async function runMainJob(): Promise<void> {
  makeFolder(inRepository('runs'));
  const release = takeLock(inRepository('runs', 'main-job'));
  await runSteps().finally(release);
}

async function runSteps(): Promise<void> {
  const from = Date.now();
  const sample = await voxlab<SampleAnswer>('sample');
  if (sample.written === 0) say(`sample: already done, ${sample.scans} scans in ${fromHere(sample.out)}\n`);
  const crop = await voxlab<CropAnswer>('crop', '--subset', 'all');
  if (crop.status === 'done') say(`crop: already done, ${crop.rows} patches in ${fromHere(crop.file)}\n`);
  const run = join('runs', 'start');
  const { data, tables } = await contentOf(crop.file);
  const train = await trainOnce(run, data);
  const scores = await evaluateOnce(run, { data, tables });
  const notebooks = await runNotebooksOnce(data);
  print(summary({ from, crop, train, scores, notebooks }));
}

/** Trains unless `run` holds a finished run of the same settings and data; a run cut short is resumed. */
async function trainOnce(run: string, data: DataIdentity): Promise<TrainAnswer> {
  const marker = inRepository(run, 'finished.json');
  const inputs = hashOf([MODEL_CONFIG_FILE], data);
  const startedFor = inRepository(`${run}.inputs`);
  const isSame = textIfThere(startedFor) === inputs;
  const finished = isSame ? marked<TrainAnswer>(marker) : undefined;
  if (finished !== undefined) {
    say(`train: already done, see ${run}\n`);
    return { ...finished, run: inRepository(finished.run) };
  }
  // A run without a checkpoint begins again by itself; whether its last one is whole is for `train` to say.
  const resumes = isSame && existsSync(configFile(inRepository(run)));
  if (!resumes) emptyRun(inRepository(run));
  writeFileAtomically(startedFor, inputs);
  const answer = await voxlab<TrainAnswer>('train', ...(resumes ? ['--resume', run] : ['--out', run]));
  // The run may be handed on, or moved with the project.
  writeFileAtomically(marker, `${JSON.stringify(withSharedPaths(answer))}\n`);
  return answer;
}

/** Evaluates unless the scores stand that this program took of the same network, patches and readers' tables. */
async function evaluateOnce(run: string, content: object): Promise<EvaluateAnswer> {
  const marker = inRepository(`${run}.scores`);
  const network = textIfThere(inRepository(run, 'best', 'meta.json'));
  const hashWith = (files: readonly string[]): string =>
    hashOf([programFile(), ...files.map((file) => inRepository(file))], { ...content, network });
  const earlier = marked<{ answer: EvaluateAnswer; hash: string }>(marker);
  const files = Object.values(earlier?.answer.files ?? {});
  if (files.every((file) => existsSync(inRepository(file))) && hashWith(files) === earlier?.hash) {
    say(`evaluate: already done, see ${run}\n`);
    return earlier.answer;
  }
  const answer = withSharedPaths(await voxlab('evaluate', run)) as EvaluateAnswer;
  writeFileAtomically(marker, JSON.stringify({ answer, hash: hashWith(Object.values(answer.files)) }));
  return answer;
}

/** What a step has left when it came to its end; undefined where it did not, or a power cut has left nothing of it. */
function marked<T>(marker: string): T | undefined {
  try {
    return JSON.parse(readFileSync(marker, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Never under the hands of a living owner; `train` then takes the same lock itself. */
function emptyRun(run: string): void {
  if (!existsSync(run)) return;
  const releases: (() => void)[] = [];
  try {
    releases.push(lockRun(run));
    releases.push(lockEvaluation(run));
    for (const name of readdirSync(run))
      if (!name.endsWith('.lock')) rmSync(join(run, name), { recursive: true, force: true });
  } finally {
    for (const release of releases) release();
  }
}

/** Of the notebooks those that say how fast this machine is: nothing is to run beside them. */
const MEASURING = ['05-gpu-usage', '06-data-and-model-parallel'];
/** Two at a time: a kernel starts, and compiles cells, on one core. The longest first. */
const NOTEBOOKS = [
  ...['12-crossval', '08-evaluate', '04-train', '11-own-model', '09-own-scan', '02-crop-step-by-step'],
  ...['01-scan', '07-feed', '03-explore-patches', '10-analysis', '00-start-here'],
];

/** Runs the notebooks unless their copies in runs/notebooks stand for the same notebooks, program and data. */
async function runNotebooksOnce(data: DataIdentity): Promise<string> {
  const out = join('runs', 'notebooks');
  const marker = inRepository(out, 'finished');
  const files = [...MEASURING, ...NOTEBOOKS].map(findNotebook);
  const inputs = hashOf([...files, programFile()], data);
  if (textIfThere(marker) === inputs) {
    say(`notebooks: already done, see ${out}\n`);
    return out;
  }
  await voxlab('notebook', 'run', ...MEASURING, '--out', out);
  await voxlab('notebook', 'run', ...NOTEBOOKS, '--out', out, '--jobs', '2');
  writeFileAtomically(marker, inputs);
  return out;
}

/** While a command was ending: what it has done is kept, and none begins. */
let isAskedToStop = false;

/** One command of this program as a process of its own: its progress goes to stderr, its --json answer comes back. */
async function voxlab<T>(...words: readonly string[]): Promise<T> {
  if (isAskedToStop) throw new StepFailed(words, 130);
  say(`$ npx voxlab ${words.join(' ')}\n`);
  const child = startCommand([...words, '--json'], {
    cwd: inRepository(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const signals = handSignalsOn([child]);
  let answer = '';
  child.stdout!.on('data', (text) => {
    answer += text;
  });
  const code = await endOf(child, `voxlab ${words[0]}`);
  signals.leave();
  isAskedToStop = signals.came;
  if (code !== 0) throw new StepFailed(words, code);
  return JSON.parse(answer); // one document on stdout is what --json promises
}

function summary(result: {
  from: number;
  crop: CropAnswer;
  train: TrainAnswer;
  scores: EvaluateAnswer;
  notebooks: string;
}): string {
  const { from, crop, train, scores, notebooks } = result;
  const interval = scores.rocAucInterval?.map((value) => value.toFixed(3)).join(' to ') ?? 'not defined';
  const rate = medianRate(inRepository('runs', 'start'));
  const rows: [string, string][] = [
    [
      'patches',
      `${crop.rows} (${crop.byClass['1'] ?? 0} nodules, ${crop.byClass['0'] ?? 0} others) in ${fromHere(crop.file)}`,
    ],
    ['training', `${train.epochs} epochs, ${train.steps} steps, ${rate} patches/s in ${fromHere(train.run)}`],
    ['hold-out', `${scores.part}, ${scores.rows} patches, accuracy ${(100 * scores.accuracy).toFixed(1)} %`],
    [
      'ROC AUC',
      `${scores.rocAuc.toFixed(3)}, 95 % interval ${interval} (${scores.rocAucIntervalMethod ?? 'see scores.json'})`,
    ],
    ...Object.entries(scores.files).map(([name, file]): [string, string] => [
      name,
      fromHere(inRepository(file)),
    ]),
    ['notebooks', `${fromHere(notebooks)} (executed, with HTML)`],
    ['time', formatSeconds((Date.now() - from) / 1000)],
    ['next', typed('lab')],
  ];
  return `\n${rows.map(([name, value]) => `${name.padEnd(12)} ${value}`).join('\n')}\n`;
}

function medianRate(run: string): string {
  const rates = [...metricsOf(run, () => {})]
    .flatMap((record) => (record.kind === 'epoch' ? [record.patchesPerSecond] : []))
    .sort((a, b) => a - b);
  return rates.length === 0 ? '?' : rates[rates.length >> 1]!.toFixed(1);
}

/** What tells one patch file from another, of which the whole may take minutes to read; and what readers marked in its scans. */
async function contentOf(
  dataFile: string,
): Promise<{ data: DataIdentity; tables: ReadersTables | undefined }> {
  const patches = await openPatchFile(dataFile);
  try {
    const labels = scanLabels(patches);
    const tables = await readersTables(new Set(labels.seriesUids), {});
    return { data: await dataIdentity(patches, labels), tables };
  } finally {
    patches.close();
  }
}

/** Another one where the program is another. */
function programFile(): string {
  const build = inRepository('.setup', 'build');
  return existsSync(build) ? build : inPackage('package.json');
}

function hashOf(files: readonly string[], content: object): string {
  const hash = createHash('sha256').update(JSON.stringify(content));
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex');
}
