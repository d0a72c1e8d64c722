import { withoutControls } from './withoutControls.js';

/**
 * Every failure a user can meet is one of these six. The message is one line: what was expected, what was received, what to do.
 * `exitCode` is the command line's (0 done, 1 failed, 2 wrong usage, 130 interrupted).
 */
export abstract class VoxlabError extends Error {
  abstract readonly _tag: string;
  readonly exitCode: number = 1;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A flag or argument is wrong. Recover: see the command's `--help`. */
export class UsageError extends VoxlabError {
  readonly _tag = 'UsageError';
  override readonly exitCode: number = 2;
}

/** A configuration file names an unknown key, a wrong type or a missing file. Recover: mend the named key. */
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

/** A file that a user gave (scan, table, patch file, log, checkpoint) cannot be used. Recover: mend or replace the named file. */
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

/** Something of the machine is missing or too small (library, Python, disk, memory, GPU). Recover: `voxlab doctor` says each fix. */
export class EnvironmentError extends VoxlabError {
  readonly _tag = 'EnvironmentError';
}

/** TensorFlow refused or failed an operation, or training met a value that is not finite. */
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

/** The user, or an AbortSignal, stopped the work. What was finished is kept. */
export class InterruptedError extends VoxlabError {
  readonly _tag = 'InterruptedError';
  override readonly exitCode: number = 130;
}

/** The message of anything thrown, on one line, fit for a terminal. */
export function messageOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return withoutControls(message.replace(/\s*\n\s*/g, ' ').trim());
}

/** Throws InterruptedError when `signal` is aborted; call it between units of work. */
export function throwIfAborted(signal: AbortSignal | undefined, doing: string): void {
  if (signal?.aborted) throw new InterruptedError(`interrupted while ${doing}; what was finished is kept`);
}
