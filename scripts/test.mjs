// Runs the compiled tests on node's own runner, two files at a time: `npm test` calls it after the checks.
//   node scripts/test.mjs [part of a file name ...]
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const wanted = process.argv.slice(2);

// Listed from the sources, so that a compiled test whose source is gone does not run.
const files = readdirSync(join(ROOT, 'test'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
  .map((entry) => relative(ROOT, join(entry.parentPath ?? entry.path, entry.name)))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .map((file) => join('dist', file.replace(/\.ts$/, '.js')))
  .sort();
if (files.length === 0) {
  process.stderr.write(`test: no test file matches ${wanted.join(', ')}\n`);
  process.exit(2);
}

// Ends a file that hangs. The longest, all notebooks once by command and once in JupyterLab, took 550 to 620 s.
const FILE_LIMIT_MS = 1_800_000;

const run = spawn(
  process.execPath,
  ['--test', '--test-concurrency=2', `--test-timeout=${FILE_LIMIT_MS}`, '--test-reporter=spec', ...files],
  { cwd: ROOT, stdio: 'inherit', env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' } },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => run.kill(signal));
run.once('close', (code) => process.exit(code ?? 1));
