import { accessSync, constants, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { InputError, UsageError } from '../../errors.js';
import { takeLock } from '../../fileLock.js';
import { cannotWrite, inRepository, isFolder, makeFolder } from '../../paths.js';
import { ensureKernelSpec } from './jupyter.js';
import { readNotebook } from './notebookFile.js';
import { injectParameters, type Notebook, type Parameters } from './notebookParameters.js';
import { pythonAnswer } from './pythonAnswer.js';

/** The first error output of a notebook. */
export interface NotebookError {
  /** Counts the code cells from 1. */
  readonly cell: number;
  readonly code: string;
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: string;
}

/** What became of a notebook. */
export interface NotebookRun {
  readonly name: string;
  readonly seconds: number;
  /** Code cells. */
  readonly cells: number;
  /** The executed copy, with outputs. */
  readonly notebook: string;
  readonly html: string;
  readonly error: NotebookError | null;
}

/** Where the executed copy goes, and what the notebook is told. */
export interface NotebookRunOptions {
  /** Folder of the executed copy, which keeps the notebook's name. */
  readonly outFolder: string;
  /** The executed copy itself, instead. */
  readonly outFile?: string | undefined;
  /** Values for the notebook's cell of parameters. */
  readonly parameters?: Parameters;
  /** Per cell. */
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal;
}

/**
 * A path, or the name of a notebook in notebooks/ with or without its ending: `04-train`.
 * @example
 * console.log(findNotebook('01-scan'));
 */
export function findNotebook(nameOrPath: string): string {
  const withEnding = nameOrPath.endsWith('.ipynb') ? nameOrPath : `${nameOrPath}.ipynb`;
  const places = isAbsolute(withEnding)
    ? [withEnding]
    : [resolve(withEnding), inRepository('notebooks', withEnding)];
  const found = places.find((place) => existsSync(place));
  if (found === undefined)
    throw new InputError(nameOrPath, `expected a notebook, found none at ${places.join(' or ')}`);
  return found;
}

/**
 * Executes a notebook through a kernel process of its own over Jupyter's protocol (nbclient); writes the executed copy
 * and a page of HTML, which have one writer at a time. An error output of a cell is in the result, not thrown.
 * @example
 * const { html, error } = await runNotebook('own.ipynb', { outFolder: 'executed', timeoutSeconds: 60 });
 * console.log(error === null ? html : `cell ${error.cell}: ${error.evalue}`);
 */
export async function runNotebook(
  path: string,
  { outFolder, outFile, parameters = {}, timeoutSeconds, signal }: NotebookRunOptions,
): Promise<NotebookRun> {
  const executed = outFile ?? join(outFolder, basename(path));
  if (isSameFile(executed, path))
    throw new UsageError(
      `the executed copy would replace the notebook ${path}: name another with -o or --out`,
    );
  const notebook = readNotebook(path);
  // Before the run, not after hours of it.
  checkWritable(executed);
  const release = takeLock(executed);
  try {
    const given = withParameters(path, notebook, parameters);
    try {
      return await execute(path, [given.file, dirname(path), executed, String(timeoutSeconds)], signal);
    } finally {
      given.remove();
    }
  } finally {
    release();
  }
}

/** `words`: the arguments of runNotebook.py. */
async function execute(path: string, words: readonly string[], signal?: AbortSignal): Promise<NotebookRun> {
  ensureKernelSpec();
  const answer = await pythonAnswer('runNotebook.py', words, {
    work: `${basename(path)} was running`,
    failure: `nbclient failed on ${path}`,
    signal,
  });
  return { name: basename(path, '.ipynb'), ...(answer as Omit<NotebookRun, 'name'>) };
}

/** Also by another name: a link. */
function isSameFile(a: string, b: string): boolean {
  if (resolve(a) === resolve(b)) return true;
  if (!existsSync(a) || !existsSync(b)) return false;
  const [one, other] = [statSync(a), statSync(b)];
  return one.dev === other.dev && one.ino === other.ino;
}

function checkWritable(file: string): void {
  makeFolder(dirname(file));
  try {
    if (isFolder(file)) throw new Error('it is a folder');
    accessSync(existsSync(file) ? file : dirname(file), constants.W_OK);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/** The notebook to run: itself, or for the time of the run a copy with the values in it. */
function withParameters(
  path: string,
  notebook: Notebook,
  parameters: Parameters,
): { file: string; remove: () => void } {
  if (Object.keys(parameters).length === 0) return { file: path, remove: () => {} };
  if (!Array.isArray(notebook.cells))
    throw new InputError(
      path,
      `expected a notebook of format 4 for -p, received format ${notebook.nbformat}: open and save it in JupyterLab`,
    );
  const injected = injectParameters(path, notebook, parameters);
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-parameters-'));
  const file = join(folder, basename(path));
  writeFileSync(file, JSON.stringify(injected));
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
