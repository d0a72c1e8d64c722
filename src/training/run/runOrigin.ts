import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { readJson } from '../../jsonPlace.js';
import { inPackage, writeFileAtomically } from '../../paths.js';
import { VERSION } from '../../version.js';
import type { Learner } from '../step/learner.js';
import { type DataIdentity, storedIdentity } from './dataIdentity.js';

/** With what a run was begun; RUN/origin.json. Plain JSON. */
export interface RunOrigin {
  readonly program: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Commit of voxlab's own clone, with `-dirty` where tracked files were changed; null where git knows none. */
  readonly revision: string | null;
  /** Of each process: `CPU:0`, `GPU:1`. */
  readonly devices: readonly string[];
  readonly ranks: number;
  readonly processor: string;
  readonly data: DataIdentity;
}

/** Throws EnvironmentError. */
export function writeOrigin(run: string, { placement, ranks }: Learner, data: DataIdentity): void {
  const origin: RunOrigin = {
    program: `voxlab ${VERSION}`,
    startedAt: new Date().toISOString(),
    revision: revisionOfClone(),
    devices: placement.devices.flat().map((name) => name.replace(/.*device:/, '')),
    ranks,
    processor: cpus()[0]?.model ?? 'unknown',
    data,
  };
  writeFileAtomically(fileOf(run), `${JSON.stringify(origin, null, 2)}\n`);
}

/** Undefined for runs of earlier versions. Throws InputError. */
export function readOrigin(run: string): RunOrigin | undefined {
  if (!existsSync(fileOf(run))) return undefined;
  const origin = readJson(fileOf(run), 'how a run was begun');
  return {
    program: origin.at('program').text(),
    startedAt: origin.at('startedAt').text(),
    revision: origin.at('revision').value === null ? null : origin.at('revision').text(),
    devices: origin.at('devices').texts(),
    ranks: origin.at('ranks').whole(1),
    processor: origin.at('processor').text(),
    data: storedIdentity(origin.at('data')),
  };
}

/** Git's own word; null without git, or in a copy that is no clone. */
export function revisionOfClone(folder: string = inPackage('.')): string | null {
  const words = ['-C', folder, 'describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'];
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0' };
  const { status, stdout } = spawnSync('git', words, { encoding: 'utf8', timeout: 5000, env });
  return status === 0 && stdout.trim() !== '' ? stdout.trim() : null;
}

function fileOf(run: string): string {
  return join(run, 'origin.json');
}
