import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Zip from 'adm-zip';
import { inRepository } from '../../src/paths.js';
import { readMetrics } from '../../src/training/run/metricsLog.js';
import { computed } from '../training/trainFixture.js';
import { fileJob, hashesIn, hashOf, type Job, type NamedJob, PLAIN, printJob, type Results } from './job.js';
import { type JobInputs, jobInputs, printedBy, TRAIN } from './jobInputs.js';

const LOG = inRepository('data', 'gpustat', 'k80x8_2018.txt');
const SEGMENTS = inRepository('test', 'fixtures', 'segments', 'binary.dcm');

/** Every command that writes or prints, by the name of what it is asked for; their inputs lie below `folder`. */
export function jobsIn(folder: string, ends: { after: (end: () => void) => void }): NamedJob[] {
  const inputs = jobInputs(folder, ends);
  const named = (jobs: Jobs, printsOnly: boolean): NamedJob[] =>
    Object.entries(jobs).map(([name, make]) => ({ name, printsOnly, make: async () => make() }));
  const writing = { ...ofScans(inputs), ...ofRuns(inputs), ...ofOthers(inputs) };
  return [...named(writing, false), ...named(printing(inputs), true)];
}

type Jobs = Readonly<Record<string, () => Job | Promise<Job>>>;

function ofScans({ crop, shards, scan, trained, lidc }: JobInputs): Jobs {
  return {
    sample: () => fileJob((out) => ['sample', '--out', out, '--scans', '1', '--workers', '1']),
    crop: async () => {
      const words = await crop();
      return fileJob((out) => [...words, '--out', out]);
    },
    merge: async () => {
      const parts = await shards();
      return fileJob((out) => ['merge', ...parts, '--out', out, '--force']);
    },
    detect: async () => {
      const file = await scan();
      return fileJob((out, name) => ['detect', file, '--most', '20', '--out', join(out, name('marks.csv'))]);
    },
    predict: async () => {
      const words = ['predict', await trained(), await scan(), '--most', '10'];
      return {
        ...fileJob((out) => [...words, '--out', out]),
        // The page says how long it took.
        results: (out) => withWholePages(hashesIn(out), out),
      };
    },
    'tables segments': () =>
      fileJob((out, name) => ['tables', 'segments', SEGMENTS, '--out', join(out, name('nodules.csv'))]),
    'tables lidc': async () => {
      const marked = await lidc();
      return fileJob((out) => ['tables', 'lidc', marked, '--out', out]);
    },
    'tables marks': async () => {
      const table = join(await trained(), 'predictions.csv');
      return fileJob((out) => ['tables', 'marks', table, '--out', out]);
    },
  };
}

function ofRuns(inputs: JobInputs): Jobs {
  const { data, trained, network, annotations } = inputs;
  const exported = (to: string, file: string) => async () => {
    const run = await trained();
    return fileJob((out, name) => ['export', run, '--to', to, '--out', join(out, name(file))]);
  };
  const drawn = (name: string, source: () => Promise<string>, format: string) => async () => {
    const from = await source();
    return fileJob((out) => ['figure', name, from, '--format', format, '--out', out]);
  };
  return {
    'train on one device': () => trainJob(inputs, []),
    'train on two devices': () => trainJob(inputs, ['--strategy', 'data', '--devices', '2']),
    'train on two processes': () => trainJob(inputs, ['--processes', '2']),
    evaluate: () => evaluateJob(inputs),
    crossval: async () => crossvalJob(await data(), await annotations()),
    explain: async () => {
      const run = await trained();
      return fileJob((out) => ['explain', run, '--rows', '0,4', '--out', out]);
    },
    import: async () => importJob(await network(), await trained()),
    'export onnx': exported('onnx', 'network.onnx'),
    'export keras': async () => ({ ...(await exported('keras', 'network.keras')()), results: kerasIn }),
    'export savedmodel': exported('savedmodel', 'saved'),
    'export tfjs': exported('tfjs', 'page'),
    'export safetensors': exported('safetensors', 'network.safetensors'),
    'export tensorboard': exported('tensorboard', 'board'),
    'figure training': drawn('training', trained, 'svg'),
    'figure roc': drawn('roc', trained, 'png'),
    'figure class-balance': drawn('class-balance', data, 'svg'),
    'explore --html': async () => {
      const file = await data();
      return fileJob((out, name) => ['explore', file, '--html', join(out, name('patches.html'))]);
    },
  };
}

function ofOthers({ submission, notebook }: JobInputs): Jobs {
  return {
    froc: async () => {
      const words = ['froc', ...(await submission())];
      return fileJob((out) => [...words, '--out', out]);
    },
    'gpu plot': () => fileJob((out) => ['gpu', 'plot', LOG, '--out', out]),
    'gpu record': () => recordJob(),
    'notebook run': async () => notebookJob(await notebook()),
    'notebook gallery': async () => {
      const file = await notebook();
      return fileJob((out) => ['notebook', 'gallery', file, '--out', out]);
    },
    'kernel install': () => fileJob((out) => ['kernel', 'install', '--prefix', out]),
  };
}

/** These write nothing, and run to their end also where they are not disturbed at all. */
function printing({ data, trained, scan, submission }: JobInputs): Jobs {
  return {
    'gpu convert': () => printJob('gpu', 'convert', LOG),
    'gpu summary': () => printJob('gpu', 'summary', LOG),
    model: () => printJob('model', '--filters', '4'),
    explore: async () => printJob('explore', await data()),
    runs: async () => printJob('runs', await trained()),
    'detect to stdout': async () => printJob('detect', await scan(), '--most', '20'),
    'froc to stdout': async () => printJob('froc', ...(await submission())),
    'tables segments to stdout': () => printJob('tables', 'segments', SEGMENTS),
    'kernel list': () => printJob('kernel', 'list'),
  };
}

async function trainJob({ data }: JobInputs, layout: readonly string[]): Promise<Job> {
  const file = await data();
  const epochs = ['--epochs', '6', '--checkpoint-steps', '3'];
  const run = (out: string): string => join(out, 'run');
  return {
    words: (out) =>
      existsSync(join(run(out), 'config.json'))
        ? ['train', '--resume', run(out), ...epochs, ...layout]
        : ['train', '--data', file, '--out', run(out), ...TRAIN, ...epochs, ...layout],
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
async function evaluateJob({ trained }: JobInputs): Promise<Job> {
  const from = await trained();
  return {
    words: (out) => {
      const run = join(out, 'run');
      // Its checkpoints are links within it; the scores of the one that was copied are made anew.
      if (!existsSync(run))
        cpSync(from, run, {
          recursive: true,
          verbatimSymlinks: true,
          filter: (file) => !/\/(evaluation|predictions\.csv)$/.test(file),
        });
      return ['evaluate', run];
    },
    isFinal: true,
    results: (out) => hashesIn(join(out, 'run', 'evaluation', 'holdout-2')),
  };
}

function crossvalJob(data: string, annotations: string): Job {
  const train = ['--filters', '4', '--batch', '8', '--epochs', '1', '--threads', '1'];
  return {
    words: (out) => {
      const folds = join(out, 'folds');
      const how = ['--jobs', '2', '--annotations', annotations];
      return existsSync(join(folds, 'crossval.json'))
        ? ['crossval', '--resume', folds, ...how]
        : ['crossval', '--data', data, '--out', folds, ...train, ...how];
    },
    isFinal: true,
    results: (out) => hashesIn(join(out, 'folds'), ['submission.csv', 'rows.csv', 'scores.json', 'froc.svg']),
  };
}

/** A run that is there is no folder for another one: then nothing is left to do. */
function importJob(network: string, like: string): Job {
  const weights = join('checkpoints', 'epoch-0000', 'weights.safetensors');
  return {
    words: (out, name = PLAIN) => {
      const run = join(out, name('run'));
      const isDone = existsSync(join(run, 'best')) && !existsSync(join(run, 'import.partial'));
      return isDone ? ['runs', run] : ['import', network, '--like', like, '--out', run];
    },
    isFinal: true,
    results: (out) => hashesIn(join(out, 'run'), [weights]),
  };
}

/** Its members say when they were written. */
function kerasIn(out: string): Results {
  return Object.fromEntries(
    Object.keys(hashesIn(out)).map((file) => {
      const zip = new Zip(join(out, file));
      // Reading a member compares its checksum.
      const [config, weights] = ['config.json', 'model.weights.h5'].map((name) =>
        zip.getEntry(name)!.getData(),
      );
      return [file, `${hashOf(config!)}, ${weights!.length} bytes`];
    }),
  );
}

function withWholePages(results: Results, out: string): Results {
  return Object.fromEntries(
    Object.entries(results).map(([file, hash]) => {
      if (!file.endsWith('.html')) return [file, hash];
      return [file, /<\/html>\s*$/.test(readFileSync(join(out, file), 'utf8')) ? 'whole' : 'cut'];
    }),
  );
}

function notebookJob(notebook: string): Job {
  return {
    words: (out) => ['notebook', 'run', notebook, '--out', out],
    isFinal: true,
    results: (out): Results => {
      const executed = join(out, 'small.ipynb');
      return existsSync(executed) ? { outputs: printedBy(executed) } : {};
    },
  };
}

/** No second has the numbers of another: lines that are whole count. */
function recordJob(): Job {
  const file = (out: string): string => join(out, 'gpu.jsonl');
  return {
    words: (out) => ['gpu', 'record', '--interval', '100', '--seconds', '1', '--out', file(out)],
    isFinal: true,
    results: (out): Results => {
      if (!existsSync(file(out))) return {};
      const lines = readFileSync(file(out), 'utf8').split('\n').filter(Boolean);
      return { lines: lines.every(isJson) ? 'whole' : 'cut' };
    },
  };
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
