import { decimalNumber } from './decimal.js';
import { InputError } from './errors.js';
import { noteHangingCall } from './hangingCalls.js';
import { allAnswer, noteSilence, type SilentPlace, silentPlaceOf, whenSilent } from './silentMounts.js';
import { LATE, withinTime } from './withinTime.js';

/** A tape that is wound, or a disk that wakes up, takes a minute; of a server that is gone nothing ever comes. */
const DEFAULT_LIMIT_S = 120;

/** Time that one call may take, in s; VOXLAB_READ_LIMIT_S, for slow archives. Throws InputError for what is no time. */
export function readLimitSeconds(said = process.env.VOXLAB_READ_LIMIT_S ?? ''): number {
  if (said === '') return DEFAULT_LIMIT_S;
  const seconds = decimalNumber(said);
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw new InputError(
    'VOXLAB_READ_LIMIT_S',
    `expected seconds above 0, at most 86400, received ${JSON.stringify(said)}`,
  );
}

/** A file system that does not answer. */
export class HangingFile extends InputError {}

/**
 * A call to the file system of `path`. Throws HangingFile where it takes longer than readLimitSeconds(), or where that file
 * system is known not to answer, which then is not asked, or is found not to by another call that waits for it; what a late call
 * brings goes nowhere.
 */
export async function guardedCall<T>(path: string, call: () => Promise<T>): Promise<T> {
  const limitSeconds = readLimitSeconds();
  const limitMs = limitSeconds * 1000;
  const known = allAnswer() ? undefined : await silentPlaceOf(path, limitMs);
  if (known !== undefined) throw silentFile(path, known);
  const called = call();
  const silence = whenSilent(path, limitMs);
  const refused = silence.found.then((place) => {
    noteHangingCall();
    throw silentFile(path, place);
  });
  const answer = await withinTime(Promise.race([called, refused]), limitMs).finally(silence.stop);
  if (answer !== LATE) return answer;
  noteHangingCall();
  await noteSilence(path, called, limitMs);
  throw new HangingFile(
    path,
    `its file system does not answer: one read took longer than ${limitSeconds} s; see that the disk or server is there, or give slow archives more time with VOXLAB_READ_LIMIT_S`,
  );
}

function silentFile(path: string, { place, sinceMs, retryInMs }: SilentPlace): HangingFile {
  const seconds = (ms: number): number => Math.ceil(ms / 1000);
  return new HangingFile(
    path,
    `its file system does not answer: ${place} has been silent for ${seconds(sinceMs)} s, and is asked again in ${seconds(retryInMs)} s; see that the disk or server is there, or give slow archives more time with VOXLAB_READ_LIMIT_S`,
  );
}
