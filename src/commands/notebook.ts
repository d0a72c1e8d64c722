import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { awaitReadable } from '../awaitReadable.js';
import { UsageError, VoxlabError } from '../errors.js';
import { writeGallery } from '../kernel/notebooks/notebookGallery.js';
import { parseParameters } from '../kernel/notebooks/notebookParameters.js';
import { findNotebook, type NotebookRun, runNotebook } from '../kernel/notebooks/notebookRun.js';
import { fromHere, inRepository } from '../paths.js';
import { wholeNumber, withInterrupt } from './options.js';
import type { RegisterCommand } from './registerCommand.js';
import { printJson, say } from './standardStreams.js';
import { threadShare } from './trainConfigOf.js';

interface RunFlags {
  readonly parameter: readonly string[];
  readonly outFile?: string;
  readonly out?: string;
  readonly timeout: number;
  readonly jobs: number;
  readonly json?: true;
}

interface GalleryFlags {
  readonly out?: string;
  readonly json?: true;
}

/** A cell of a notebook ended with an error. Recover: the message names notebook and cell; mend it there. */
class NotebookFailed extends VoxlabError {
  readonly _tag = 'NotebookFailed';
}

export const registerNotebookCommand: RegisterCommand = (program) => {
  const notebook = program.command('notebook').description('Notebooks without a browser.');
  notebook
    .command('gallery')
    .description(
      'Writes a page of each executed notebook, in which viewers stay alive and nothing is loaded, and index.html of all.',
    )
    .argument('[notebook...]', 'executed or saved files (default: those of notebooks/ in --out)')
    .option('--out <dir>', 'folder of the pages, and of the executed copies (default: runs/notebooks)')
    .option('--json', 'print {index, notebooks:[{name, title, cells, ran, html, bytes}], missing}')
    .action((files: string[], flags: GalleryFlags) =>
      withInterrupt((signal) => gallery(files, flags, signal)),
    );
  notebook
    .command('run')
    .description('Executes notebooks in a real kernel and writes the executed copies and HTML pages.')
    .argument('<notebook...>', 'files, or names in notebooks/ such as 04-train')
    .option(
      '-p, --parameter <name=value>',
      'a value for the cell tagged "parameters": number, true, text or JSON; repeatable',
      (word: string, before: readonly string[]) => [...before, word],
      [],
    )
    .option(
      '-o, --out-file <file>',
      'the executed copy (.ipynb) of the one notebook; its page lies beside it',
    )
    .option('--out <dir>', 'folder of the copies (default: runs/notebooks)')
    .option('--timeout <seconds>', 'longest time a cell may take, in seconds', wholeNumber(1), 1800)
    .option('--jobs <n>', 'notebooks at the same time, each in a kernel of its own', wholeNumber(1), 1)
    .option('--json', 'print {notebooks:[{name, seconds, cells, notebook, html}]}')
    .action((names: string[], flags: RunFlags) => withInterrupt((signal) => runAll(names, flags, signal)));
};

async function gallery(names: readonly string[], flags: GalleryFlags, signal: AbortSignal): Promise<void> {
  const folder = flags.out === undefined ? inRepository('runs', 'notebooks') : resolve(flags.out);
  const expected = readdirSync(inRepository('notebooks'))
    .filter((name) => name.endsWith('.ipynb'))
    .sort();
  const there = expected.filter((name) => existsSync(join(folder, name)));
  for (const name of names) await awaitReadable(resolve(name));
  const files = names.length > 0 ? names.map(findNotebook) : there.map((name) => join(folder, name));
  checkNames(files);
  if (files.length === 0)
    throw new UsageError(
      `expected executed notebooks in ${folder}, found none: run npx voxlab notebook run NAME first, or name files`,
    );
  const missing =
    names.length > 0
      ? []
      : expected.filter((name) => !there.includes(name)).map((name) => basename(name, '.ipynb'));
  const { index, pages } = await writeGallery(files, folder, { missing, signal });
  for (const name of missing) say(`${name}: not run yet, left out\n`);
  say(`${pages.length} pages, ${fromHere(index)}\n`);
  if (flags.json)
    printJson({ index, notebooks: pages.map(({ image: _, text: __, ...page }) => page), missing });
}

async function runAll(names: readonly string[], flags: RunFlags, signal: AbortSignal): Promise<void> {
  const outFolder = flags.out === undefined ? inRepository('runs', 'notebooks') : resolve(flags.out);
  if (flags.outFile !== undefined) checkOutFile(flags.outFile, names);
  const outFile = flags.outFile === undefined ? undefined : resolve(flags.outFile);
  const parameters = parseParameters(flags.parameter);
  for (const name of names) await awaitReadable(resolve(name));
  const files = [...new Set(names.map(findNotebook))];
  checkNames(files);
  const runOne = async (file: string, signal: AbortSignal): Promise<NotebookRun> => {
    const options = { outFolder, outFile, parameters, timeoutSeconds: flags.timeout, signal };
    const run = await runNotebook(file, options);
    if (run.error !== null) throw failureOf(run);
    say(`${run.name}: ${run.cells} cells in ${run.seconds} s, ${fromHere(run.html)}\n`);
    return run;
  };
  // Kernels beside each other share the cores: TensorFlow takes each for its own, and waits for it busily.
  if (flags.jobs > 1) process.env.TF_NUM_INTRAOP_THREADS ??= String(threadShare(flags.jobs, 1));
  const runs = await someAtATime(files, flags.jobs, runOne, signal);
  if (flags.json) printJson({ notebooks: runs.map(({ error: _, ...run }) => run) });
}

/** Results in the order of the items, of which `jobs` are at work. The first that fails stops the others, whose ends are waited for. */
async function someAtATime<Item, Result>(
  items: readonly Item[],
  jobs: number,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result[]> {
  const failure = new AbortController();
  const stop = AbortSignal.any([signal, failure.signal]);
  const results: Result[] = [];
  const waiting = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !failure.signal.aborted; next = waiting.shift())
      results[next[0]] = await work(next[1], stop);
  };
  const workers = Array.from({ length: Math.min(jobs, items.length) }, () =>
    worker().catch((error) => failure.abort(error)),
  );
  await Promise.all(workers);
  // What fails first aborts for good: the interruptions that follow from it change nothing.
  if (failure.signal.aborted) throw failure.signal.reason;
  return results;
}

/** The copies lie side by side under the names of the notebooks. */
function checkNames(files: readonly string[]): void {
  for (const [index, file] of files.entries()) {
    const other = files.slice(0, index).find((earlier) => basename(earlier) === basename(file));
    if (other !== undefined)
      throw new UsageError(
        `the copy of ${file} would replace that of ${other}: run them one by one, with -o or --out`,
      );
  }
}

function checkOutFile(outFile: string, names: readonly string[]): void {
  if (names.length !== 1)
    throw new UsageError(`-o names the copy of one notebook, received ${names.length}: use --out DIR`);
  if (!outFile.endsWith('.ipynb'))
    throw new UsageError(`expected a file that ends in .ipynb after -o, received ${outFile}`);
}

/** The full text of the error goes to stderr ahead of the one line that names notebook and cell. */
function failureOf({ name, error, notebook }: NotebookRun): NotebookFailed {
  const { cell, code, ename, evalue, traceback } = error!;
  say(`${code}\n${'-'.repeat(40)}\n${traceback}\n`);
  return new NotebookFailed(
    `${name}, code cell ${cell}: ${ename}: ${evalue} (outputs so far: ${fromHere(notebook)})`,
  );
}
