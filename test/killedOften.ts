import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { takeLock } from '../src/fileLock.js';
import { createRandom } from '../src/random.js';
import { allEnd, descendants, type Started, until } from './processes.js';

/** Kills of each kind; the campaign takes 50: `VOXLAB_KILLS=50 node scripts/test.mjs program/kills program/startKilled program/cropInterrupted`. */
const KILLS = Number(process.env.VOXLAB_KILLS ?? 3);

/**
 * Starts a program again and again and kills it after a random time of at most `longestMs`, until it has been killed so often.
 * Whatever it started must end by itself, and leave the lock. `whole` is called when it came to its end before the kill.
 */
export async function killedOften(
  seed: string,
  start: () => Started,
  { lock, longestMs, whole }: { lock: string; longestMs: number; whole?: () => void },
): Promise<void> {
  const random = createRandom(seed);
  for (let kills = 0; kills < KILLS; ) {
    const { child, pid, ended, text } = start();
    const kill = setTimeout(() => child.kill('SIGKILL'), random.between(100, longestMs));
    const below: number[] = [];
    const look = setInterval(() => below.push(...descendants(pid)), 100);
    const code = await ended;
    clearTimeout(kill);
    clearInterval(look);
    await allEnd([...new Set(below)]);
    await until('a free lock', () => isFree(lock), 30);
    if (code === 'SIGKILL') kills++;
    else {
      assert.equal(code, 0, text());
      whole?.();
    }
  }
}

/** Whether nobody writes it. */
function isFree(path: string): boolean {
  // Killed before its first breath.
  if (!existsSync(dirname(path))) return true;
  try {
    takeLock(path)();
    return true;
  } catch {
    return false;
  }
}
