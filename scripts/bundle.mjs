// Checks and bundles what widgets run in the browser: src/widgets/browser/NAME.ts and NAME.css -> dist/browser/. Beside them
// plotly, shortened to less than half, for pages with figures: a page that holds it opens in a third of the time.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const SOURCE = join(ROOT, 'src', 'widgets', 'browser');
const OUT = join(ROOT, 'dist', 'browser');
const ESBUILD = join(ROOT, 'node_modules', '@esbuild', 'linux-x64', 'bin', 'esbuild');
const NAMES = ['controls', 'sliceViewer'];

const run = (program, ...args) => execFileSync(program, args, { cwd: ROOT, stdio: 'inherit' });
run(process.execPath, 'node_modules/typescript/bin/tsc', '-p', SOURCE);
mkdirSync(OUT, { recursive: true });
run(
  ESBUILD,
  ...NAMES.map((name) => join(SOURCE, `${name}.ts`)),
  ...['--bundle', '--format=esm', '--target=es2022', '--charset=utf8', '--minify', '--log-level=warning'],
  `--outdir=${OUT}`,
);
for (const name of NAMES) copyFileSync(join(SOURCE, `${name}.css`), join(OUT, `${name}.css`));

const plotly = join(ROOT, 'node_modules', 'plotly.js-dist', 'plotly.js');
const shortened = join(OUT, 'plotly.min.js');
const isNewer = statSync(shortened, { throwIfNoEntry: false })?.mtimeMs > statSync(plotly).mtimeMs;
if (!isNewer)
  run(ESBUILD, plotly, '--minify', '--charset=utf8', '--log-level=error', `--outfile=${shortened}`);
