// Joins what the compiler wrote to a few files, dist/lib/, which programs and commands load: 430 files take 0.2 s of every start.
// Checks and bundles what widgets run in the browser: src/widgets/browser/NAME.ts and NAME.css -> dist/browser/. Beside them
// plotly, shortened to less than half, for pages with figures: a page that holds it opens in a third of the time.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const SOURCE = join(ROOT, 'src', 'widgets', 'browser');
const OUT = join(ROOT, 'dist', 'browser');
const ESBUILD = join(ROOT, 'node_modules', '@esbuild', 'linux-x64', 'bin', 'esbuild');
const NAMES = ['controls', 'sliceViewer', 'volumeView', 'compareViewer'];
const PAGE_NAMES = ['savedViewer', 'patchGallery'];

const COMPILED = join(ROOT, 'dist', 'src');
const LIBRARY = join(ROOT, 'dist', 'lib');
const DOORS = [
  'index',
  'doors/hdf5',
  'doors/kernel',
  'doors/tensorflow',
  'commands/cli',
  'kernel/launcher',
  'kernel/notebooks/formulasProgram',
];

const run = (program, ...args) => execFileSync(program, args, { cwd: ROOT, stdio: 'inherit' });
rmSync(LIBRARY, { recursive: true, force: true });
run(
  ESBUILD,
  ...[...DOORS, ...threadPrograms()].map((name) => join(COMPILED, `${name}.js`)),
  ...['--bundle', '--splitting', '--format=esm', '--platform=node', '--packages=external', '--charset=utf8'],
  // All beside each other: a program of a thread is found from whatever file its starter has come to lie in.
  ...['--entry-names=[name]', '--log-level=warning', `--outdir=${LIBRARY}`],
);
copyFileSync(join(COMPILED, 'commands', 'voxlab.cjs'), join(LIBRARY, 'voxlab.cjs'));
chmodSync(join(LIBRARY, 'voxlab.cjs'), 0o755);
// The kernel holds the text of its compiler in memory: a third of it is enough. In ASCII, of which V8 keeps a byte a character.
run(
  ESBUILD,
  join(ROOT, 'node_modules', '@tslab', 'typescript-for-tslab', 'lib', 'typescript.js'),
  ...['--minify', '--platform=node', '--charset=ascii', '--log-level=error', '--out-extension:.js=.cjs'],
  `--outdir=${LIBRARY}`,
);

run(process.execPath, 'node_modules/typescript/bin/tsc', '-p', SOURCE);
mkdirSync(OUT, { recursive: true });
run(
  ESBUILD,
  ...NAMES.map((name) => join(SOURCE, `${name}.ts`)),
  ...['--bundle', '--format=esm', '--target=es2022', '--charset=utf8', '--minify', '--log-level=warning'],
  `--outdir=${OUT}`,
);
// Scripts of their own in a saved page.
run(
  ESBUILD,
  ...PAGE_NAMES.map((name) => join(SOURCE, `${name}.ts`)),
  ...['--bundle', '--format=iife', '--target=es2022', '--charset=utf8', '--minify', '--log-level=warning'],
  `--outdir=${OUT}`,
);
// What begins with the viewer's style goes on with its own.
const styleOf = (name) => readFileSync(join(SOURCE, `${name}.css`), 'utf8');
const STYLES = {
  controls: ['controls'],
  sliceViewer: ['sliceViewer'],
  savedViewer: ['sliceViewer', 'compareViewer'],
  volumeView: ['sliceViewer', 'volumeView'],
  compareViewer: ['sliceViewer', 'compareViewer'],
  patchGallery: ['sliceViewer', 'patchGallery'],
};
for (const [name, parts] of Object.entries(STYLES))
  writeFileSync(join(OUT, `${name}.css`), parts.map(styleOf).join(''));

const plotly = join(ROOT, 'node_modules', 'plotly.js-dist', 'plotly.js');
const shortened = join(OUT, 'plotly.min.js');
const isNewer = statSync(shortened, { throwIfNoEntry: false })?.mtimeMs > statSync(plotly).mtimeMs;
if (!isNewer)
  run(ESBUILD, plotly, '--minify', '--charset=utf8', '--log-level=error', `--outfile=${shortened}`);

/** The files that start as a thread: their starter names them, `new URL('./NAME.js', import.meta.url)`. */
function threadPrograms() {
  // What is compiled from a source that has been moved lies there still.
  const files = readdirSync(COMPILED, { recursive: true }).filter(
    (file) => file.endsWith('.js') && existsSync(join(ROOT, 'src', file.replace(/\.js$/, '.ts'))),
  );
  return files.flatMap((file) =>
    [
      ...readFileSync(join(COMPILED, file), 'utf8').matchAll(
        /new URL\('\.\/(\w+)\.js', import\.meta\.url\)/g,
      ),
    ].map(([, name]) => join(dirname(file), name)),
  );
}
