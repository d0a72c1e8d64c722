import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { voxlab } from '../commands/voxlab.js';

/** A command, and how to tell that its result is whole: the same as of a run that nobody disturbed. */
export interface Job {
  /**
   * Words of the command line that write into a folder; asked again after a disturbance. Names of files that the user chooses
   * go through `name`, which may make them long.
   */
  words(out: string, name?: Naming): readonly string[];
  /** Hashes of what lies in the folder under final names, by name. */
  results(out: string): Results;
  /** Whether a file under its final name is the last one: not so of a run, whose checkpoints follow each other. */
  readonly isFinal: boolean;
}

export type Naming = (plain: string) => string;
export type Results = Readonly<Record<string, string>>;
export const PLAIN: Naming = (name) => name;

/** A job whose inputs are made when it is first drawn. */
export interface NamedJob {
  readonly name: string;
  /** Writes no file: only a signal, and what becomes of its stdout, can do harm. */
  readonly printsOnly: boolean;
  make(): Promise<Job>;
}

/** A command whose files are the same bytes each time. */
export function fileJob(words: (out: string, name: Naming) => readonly string[]): Job {
  return { words: (out, name = PLAIN) => words(out, name), isFinal: true, results: (out) => hashesIn(out) };
}

/** A command that prints, and writes nothing. */
export function printJob(...words: readonly string[]): Job {
  return { words: () => words, isFinal: true, results: (out) => hashesIn(out) };
}

/** Of all files (or those named) but those that say that they are not the result: locks, parts, caches. */
export function hashesIn(folder: string, names?: readonly string[]): Results {
  const files = filesIn(folder).filter((file) => !ASIDE.test(file) && (names?.includes(file) ?? true));
  return Object.fromEntries(files.map((file) => [file, hashOf(readFileSync(join(folder, file)))]));
}

/** What a command may leave for its next run, but not after that: locks, parts. */
export function leftIn(folder: string): string[] {
  return filesIn(folder).filter((file) => ASIDE.test(file) && !file.endsWith('.index'));
}

/** Of all files of a folder together. */
export function bytesIn(folder: string): number {
  return filesIn(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
}

const ASIDE = /\.(lock|partial|index)$|\.staging|\.partial|-unfinished\.json$/;

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const all = readdirSync(folder, { recursive: true }).map(String);
  return all.filter((file) => statSync(join(folder, file)).isFile()).sort();
}

export function hashOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Runs a command that prepares. */
export function must(...words: readonly string[]): void {
  const { status, stderr } = voxlab(...words);
  if (status !== 0) throw new Error(`${words.join(' ')}: exit ${status}: ${stderr}`);
}
