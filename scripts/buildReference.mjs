// Builds the reference of the public names from their docstrings, and checks that its links lead somewhere: npm run docs.
//   node scripts/buildReference.mjs [FOLDER]    FOLDER: docs/api
import { spawnSync } from 'node:child_process';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPages } from './links.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const TOOL = join(ROOT, 'docs', 'reference');
const folder = resolve(process.argv[2] ?? join(ROOT, 'docs', 'api'));

// It empties the folder first, so that no page stays of a name that is gone.
const typedoc = spawnSync(
  process.execPath,
  [
    join(TOOL, 'node_modules', 'typedoc', 'bin', 'typedoc'),
    ...['--options', join(TOOL, 'typedoc.json'), '--out', folder, '--logLevel', 'Warn'],
    '--skipErrorChecking', // two thirds of its time; npm run check and npm run build have the compiler check the same files
  ],
  { cwd: TOOL, stdio: 'inherit' },
);
if (typedoc.status !== 0) process.exit(typedoc.status ?? 1);

const { pages, links, dead } = checkPages(folder);
for (const link of dead) process.stderr.write(`dead link: ${link}\n`);
if (dead.length > 0) process.exit(1);
process.stdout.write(`${pages} pages, ${links} links: open ${join(relative('', folder), 'index.html')}\n`);
