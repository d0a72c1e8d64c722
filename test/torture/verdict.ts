import type { Random } from '../../src/random.js';
import { type Ended, runCommand } from './commandRun.js';
import { type Job, leftIn, type Results } from './job.js';

/** A job with its undisturbed result. */
export interface Known {
  readonly name: string;
  readonly job: Job;
  readonly expected: Results;
  /** That it took. */
  readonly ms: number;
  /** That stand in its folder then. */
  readonly bytes: number;
}

/** An attack on a job that writes into `out`; says what is wrong afterwards, or what became of it. */
export type Attack = (known: Known, out: string, random: Random) => Promise<Verdict>;
/** `kills`: processes that were there when they were killed. */
export type Verdict =
  | { readonly fault: string; readonly ended: Ended }
  | { readonly outcome: string; readonly kills?: number };

/** What is wrong just after a disturbance: files under final names that are not what they should be (missing ones may still come), processes that stay. */
export function wrongNow({ job, expected }: Known, out: string, ended: Ended): string | undefined {
  if (ended.code === 'no end') return 'no end within three minutes';
  if (ended.left.length > 0) return `${ended.left.length} processes did not end`;
  if (!job.isFinal) return undefined;
  const other = Object.entries(job.results(out)).find(([name, hash]) => hash !== expected[name]);
  return other && `${other[0]} is not whole`;
}

/** A command that fails says so in one line and exits with 1: no stack, no second line. */
export function complaintsOf({ code, stderr }: Ended): string | undefined {
  if (code === 0) return undefined;
  if (code !== 1) return `exit ${code}`;
  if (/^ {4}at /m.test(stderr)) return 'a stack';
  const said = stderr.split('\n').filter((line) => line.startsWith('voxlab: '));
  return said.length === 1 ? undefined : `${said.length} lines of complaint`;
}

/** Runs the command again, undisturbed. */
export async function wholeAfter(known: Known, out: string): Promise<Verdict> {
  const { job, expected } = known;
  const ended = await runCommand(job.words(out));
  if (ended.code !== 0) return { fault: `exit ${ended.code} of the next run`, ended };
  if (ended.left.length > 0)
    return { fault: `${ended.left.length} processes of the next run did not end`, ended };
  const results = job.results(out);
  const names = [...new Set([...Object.keys(expected), ...Object.keys(results)])];
  const other = names.find((name) => results[name] !== expected[name]);
  if (other !== undefined) return { fault: `${other} differs from that of an undisturbed run`, ended };
  const left = leftIn(out);
  return left.length === 0 ? { outcome: 'whole' } : { fault: `${left[0]} is left`, ended };
}
