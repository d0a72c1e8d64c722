import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { EnvironmentError } from '../../errors.js';
import { takeLock } from '../../fileLock.js';
import { cannotWrite, makeFolder } from '../../paths.js';
import { textIfThere } from '../../textIfThere.js';

/** Holds the secret of processes that somebody started together; a launcher makes it, or who starts them by hand may. */
export const SECRET_VARIABLE = 'VOXLAB_CLUSTER_SECRET';

/** What processes that train together know, and nobody else. */
export interface SharedSecret {
  /** Undefined as long as the first process has not made it. */
  read(): string | undefined;
  /** Where it is kept, for messages. */
  readonly place: string;
  /** The first process takes it away with it. */
  remove(): void;
}

/**
 * The secret of the environment; else a file beside the run's folder that its user alone can read: the first process makes
 * it, the others find it there, on the file system that they share. Throws EnvironmentError.
 */
export function sharedSecret(
  run: string,
  rank: number,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): SharedSecret {
  const given = environment[SECRET_VARIABLE];
  if (given !== undefined && given !== '')
    return { read: () => given, place: SECRET_VARIABLE, remove: () => {} };
  const file = `${resolve(run)}.secret`;
  if (rank > 0) return { read: () => textIfThere(file), place: file, remove: () => {} };
  const made = randomBytes(32).toString('hex');
  makeFolder(dirname(file));
  // That of processes that live is never replaced: the others of their cluster would not find them.
  const release = takeLock(file);
  try {
    // What a killed process left, and nothing else.
    if (!/^[0-9a-f]{0,64}$/.test(textIfThere(file) ?? ''))
      throw new EnvironmentError(
        `${file}: expected a secret of voxlab, found another file: move it, or choose another --out`,
      );
    rmSync(file, { force: true });
    writeFileSync(file, made, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    release();
    throw error instanceof EnvironmentError ? error : cannotWrite(file, error);
  }
  const remove = (): void => {
    rmSync(file, { force: true });
    release();
  };
  return { read: () => made, place: file, remove };
}

/** A number that is used once, so that no proof can be used again. */
export function nonce(): string {
  return randomBytes(16).toString('hex');
}

/** That whoever says it knows the secret; of one side, one connection and one rank. */
export function proofOf(
  side: 'hello' | 'welcome',
  secret: string,
  { rank, challenge, answer }: { readonly rank: number; readonly challenge: string; readonly answer: string },
): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify([side, rank, challenge, answer]))
    .digest('hex');
}

/** In a time that says nothing about where they differ. */
export function isProof(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
