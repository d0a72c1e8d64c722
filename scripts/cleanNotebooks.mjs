// Strips notebooks of outputs, execution counts and metadata, so that git holds what was written, not what was run.
//   node scripts/cleanNotebooks.mjs [--check] [file ...]      without files: notebooks/*.ipynb
// With --check nothing is written: every notebook that is not clean is named, and the exit code is 1.
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const words = process.argv.slice(2);
const onlyCheck = words.includes('--check');
const named = words.filter((word) => word !== '--check').map((word) => resolve(word));
const files = named.length > 0 ? named : notebooksOf(join(ROOT, 'notebooks'));

/** What of a cell's metadata is written by hand and kept. */
const KEPT_CELL_METADATA = ['tags'];
const KERNEL = {
  kernelspec: { display_name: 'TypeScript (voxlab)', language: 'typescript', name: 'voxlab' },
  language_info: { name: 'typescript' },
};

let unclean = 0;
for (const file of files) {
  const present = readFileSync(file, 'utf8');
  const clean = cleaned(JSON.parse(present), file);
  if (clean === present) continue;
  unclean++;
  process.stdout.write(
    `${relative(process.cwd(), file)} ${onlyCheck ? 'holds outputs, counts or metadata: node scripts/cleanNotebooks.mjs' : 'cleaned'}\n`,
  );
  if (onlyCheck) continue;
  writeFileSync(`${file}.partial`, clean);
  renameSync(`${file}.partial`, file);
}
process.exitCode = onlyCheck && unclean > 0 ? 1 : 0;

function notebooksOf(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ipynb'))
    .sort()
    .map((name) => join(folder, name));
}

/** The notebook's text with ids that follow the cells' order, as Jupyter itself would write it. */
function cleaned(notebook, file) {
  if (!Array.isArray(notebook.cells)) throw new Error(`${file}: expected a notebook with cells`);
  const cells = notebook.cells.map((cell, index) => ({
    cell_type: cell.cell_type,
    ...(cell.cell_type === 'code' ? { execution_count: null } : {}),
    id: `cell-${String(index + 1).padStart(2, '0')}`,
    metadata: keptOf(cell.metadata ?? {}),
    ...(cell.cell_type === 'code' ? { outputs: [] } : {}),
    source: linesOf(cell.source),
  }));
  return `${JSON.stringify({ cells, metadata: KERNEL, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`;
}

function keptOf(metadata) {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => KEPT_CELL_METADATA.includes(key)));
}

function linesOf(source) {
  const text = (Array.isArray(source) ? source.join('') : source).trimEnd();
  return text === '' ? [] : text.split(/(?<=\n)/);
}
