// Runs the compiled tests on node's own runner, some files at a time: `npm test` calls it after the checks.
//   node scripts/test.mjs [part of a file name ...]
import { setMaxListeners } from 'node:events';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
/** Ends a file that hangs. */
const FILE_LIMIT_MS = 1_800_000;
/** Below test/, the longest first: none of them is to run alone in the end. The last lines of a run say which they are. */
const LONGEST = [
  ...[
    'program/notebooks',
    'program/torture',
    'program/package',
    'program/volumeLab',
    'program/orphans',
    'program/hangingFiles',
  ],
  // These take the sample that the first has made.
  ...['program/startKilled', 'program/sampleDifficulty'],
  ...['commands/predict', 'program/honestScores', 'program/sharedFiles', 'program/kills'],
  ...['commands/launchProcesses', 'program/apiExamples', 'commands/crossval', 'program/accessible'],
];
const LISTED = 15;

const wanted = process.argv.slice(2);
// Listed from the sources, so that a compiled test whose source is gone does not run.
const files = readdirSync(join(ROOT, 'test'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
  .map((entry) => relative(ROOT, join(entry.parentPath ?? entry.path, entry.name)))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort((a, b) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1))
  .map((file) => join(ROOT, 'dist', file.replace(/\.ts$/, '.js')));
if (files.length === 0) {
  process.stderr.write(`test: no test file matches ${wanted.join(', ')}\n`);
  process.exit(2);
}

const interrupt = new AbortController();
setMaxListeners(0, interrupt.signal); // one a file
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => interrupt.abort());
process.chdir(ROOT);
process.env.TF_CPP_MIN_LOG_LEVEL = '2';
// Files run side by side: a second thread of TensorFlow would take its core from another file, and a third more processor time.
process.env.TF_NUM_INTRAOP_THREADS ??= '1';
const seconds = new Map();
const tests = run({
  files,
  // One more than cores: a file that waits, for a page, a process or a time limit, leaves its core to another.
  concurrency: availableParallelism() + 1,
  timeout: FILE_LIMIT_MS,
  signal: interrupt.signal,
});
tests.on('test:fail', ({ todo }) => {
  if (todo === undefined || todo === false) process.exitCode = 1;
});
for (const event of ['test:pass', 'test:fail'])
  tests.on(event, ({ nesting, file, details }) => {
    if (nesting === 0) seconds.set(file, (seconds.get(file) ?? 0) + details.duration_ms / 1000);
  });
const report = tests.compose(new spec());
report.pipe(process.stdout);
report.once('end', () => {
  const longest = [...seconds].sort(([, a], [, b]) => b - a).slice(0, LISTED);
  const lines = longest.map(
    ([file, each]) => `${each.toFixed(0).padStart(5)} s  ${relative(ROOT, file ?? '')}\n`,
  );
  process.stdout.write(`longest files, in seconds:\n${lines.join('')}`);
});

/** Of a file in the order in which they begin. */
function placeOf(file) {
  const at = LONGEST.findIndex((part) => file.includes(`${part}.`));
  return at < 0 ? LONGEST.length : at;
}
