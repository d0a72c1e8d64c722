import { withoutControls } from './withoutControls.js';

/**
 * Every failure a user can meet is one of these six. The message is one line: what was expected, what was received, what to do.
 * `exitCode` is the command line's (0 done, 1 failed, 2 wrong usage, 130 interrupted).
 * @example
 * try {
 *   await readVolume('no such scan.mhd');
 * } catch (error) {
 *   if (!(error instanceof VoxlabError)) throw error; // a mistake in the program
 *   console.error(error.message, error.exitCode);
 * }
 */
export abstract class VoxlabError extends Error {
  abstract readonly _tag: string;
  readonly exitCode: number = 1;

  constructor(message: string, options?: { cause?: unknown }) {
    // Names out of a damaged file may hold anything.
    super(message.replace(/\s*[\r\n]+\s*/g, ' '), options);
    this.name = new.target.name;
  }
}

/**
 * A flag or argument is wrong. Recover: see the command's `--help`.
 * @example
 * const data = inRepository('data/preprocessed/32x32x32-patch.hdf5');
 * const settings = { ...readTrainingSettings(), filters: 4, threads: 0, devices: 2 };
 * const config = { ...settings, data, run: inRepository('runs/two') };
 * try {
 *   for await (const record of train(config)) console.log(record);
 * } catch (error) {
 *   if (error instanceof UsageError) console.error(error.message); // two devices want another STRATEGY
 * }
 */
export class UsageError extends VoxlabError {
  readonly _tag = 'UsageError';
  override readonly exitCode: number = 2;
}

/**
 * A configuration file names an unknown key, a wrong type or a missing file. Recover: mend the named key.
 * @example
 * try {
 *   readTrainingSettings('no such file.ini');
 * } catch (error) {
 *   if (error instanceof ConfigError) console.error(error.file, error.section, error.key, error.value);
 * }
 */
export class ConfigError extends VoxlabError {
  readonly _tag = 'ConfigError';

  constructor(
    readonly file: string,
    readonly section: string,
    readonly key: string,
    readonly value: unknown,
    expectation: string,
  ) {
    super(
      `${file}: [${section}] ${key}: ${expectation}, received ${value === undefined ? 'nothing' : JSON.stringify(value)}`,
    );
  }
}

/**
 * A file that a user gave (scan, table, patch file, log, checkpoint) cannot be used. Recover: mend or replace the named file.
 * @example
 * try {
 *   readCandidates('no such table.csv');
 * } catch (error) {
 *   if (error instanceof InputError) console.error(error.file, error.line, error.reason);
 * }
 */
export class InputError extends VoxlabError {
  readonly _tag = 'InputError';

  /** `line` is 1-based, of a text file. */
  constructor(
    readonly file: string,
    readonly reason: string,
    options?: { line?: number; cause?: unknown },
  ) {
    super(`${file}${options?.line === undefined ? '' : `:${options.line}`}: ${reason}`, options);
    this.line = options?.line;
  }
  readonly line: number | undefined;
}

/**
 * Something of the machine is missing or too small (library, Python, disk, memory, GPU). Recover: `voxlab doctor` says each fix.
 * @example
 * try {
 *   await recordUse({ out: '/proc/use.jsonl' });
 * } catch (error) {
 *   if (error instanceof EnvironmentError) console.error(`npx voxlab doctor may help: ${error.message}`);
 * }
 */
export class EnvironmentError extends VoxlabError {
  readonly _tag = 'EnvironmentError';
}

/**
 * TensorFlow refused or failed an operation, or training met a value that is not finite.
 * @example
 * const data = inRepository('data/preprocessed/32x32x32-patch.hdf5');
 * const settings = { ...readTrainingSettings(), filters: 4, threads: 0, learningRate: 1e30 };
 * const config = { ...settings, data, run: inRepository('runs/steep') };
 * try {
 *   for await (const record of train(config)) if (record.kind === 'step') console.log(record.loss);
 * } catch (error) {
 *   if (error instanceof EngineError) console.error(error.operation, error.outOfMemory);
 * }
 */
export class EngineError extends VoxlabError {
  readonly _tag = 'EngineError';
  /** Whether memory, of a device or of the machine, came to its end. */
  readonly outOfMemory: boolean;

  constructor(
    readonly operation: string,
    reason: string,
    options?: { cause?: unknown; outOfMemory?: boolean },
  ) {
    super(`${operation}: ${reason}`, options);
    this.outOfMemory = options?.outOfMemory ?? false;
  }
}

/**
 * The user, or an AbortSignal, stopped the work. What was finished is kept.
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * try {
 *   await readVolume(scan, { signal: AbortSignal.abort() }); // as by a button before it ends
 * } catch (error) {
 *   if (error instanceof InterruptedError) console.error('stopped; what was finished is kept');
 * }
 */
export class InterruptedError extends VoxlabError {
  readonly _tag = 'InterruptedError';
  override readonly exitCode: number = 130;
}

/**
 * The message of anything thrown, on one line, fit for a terminal.
 * @example
 * try {
 *   readCandidates('no such table.csv');
 * } catch (error) {
 *   console.error(messageOf(error));
 * }
 */
export function messageOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return withoutControls(message.replace(/\s*\n\s*/g, ' ').trim());
}

/**
 * Throws InterruptedError when `signal` is aborted; call it between units of work.
 * @example
 * const { signal } = new AbortController();
 * for (const { uid } of findScans(inRepository('data/raw'), 'all')) {
 *   throwIfAborted(signal, 'looking at scans');
 *   console.log(uid);
 * }
 */
export function throwIfAborted(signal: AbortSignal | undefined, doing: string): void {
  if (signal?.aborted) throw new InterruptedError(`interrupted while ${doing}; what was finished is kept`);
}
