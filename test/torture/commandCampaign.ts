import { spawnSync } from 'node:child_process';
import { closeSync, cpSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inRepository } from '../../src/paths.js';
import { createRandom, type Random } from '../../src/random.js';
import type { Campaign, Fault } from './campaign.js';
import { type Ended, runCommand } from './commandRun.js';
import { type Job, jobsIn, type Results } from './jobs.js';

/** A job with its undisturbed result. */
interface Known {
  readonly job: Job;
  readonly expected: Results;
  /** That it took. */
  readonly ms: number;
}

/** An attack on a job that writes into `out`; says what is wrong afterwards, or what became of it. */
type Attack = (known: Known, out: string, random: Random) => Promise<Verdict>;
type Verdict = { readonly fault: string; readonly ended: Ended } | { readonly outcome: string };

/**
 * Commands that write, disturbed: killed, signalled, two at once, on a full disk, by a clock that is set, with a stdout that is
 * full or closed. What stands under a final name is whole, the command goes on afterwards, and nothing is lost.
 */
export const commandCampaign: Campaign = {
  name: 'commands',
  open: async (folder) => {
    const ends: (() => void)[] = [];
    const known: Known[] = [];
    for (const job of await jobsIn(folder, { after: (end) => ends.push(end) })) {
      const out = join(folder, 'whole', job.name);
      mkdirSync(out, { recursive: true });
      const ended = await runCommand(job.words(out));
      if (ended.code !== 0) throw new Error(`${job.name}, undisturbed: exit ${ended.code}: ${ended.stderr}`);
      known.push({ job, expected: job.results(out), ms: ended.ms });
    }
    return {
      turn: async (seed) => {
        const random = createRandom(seed);
        const job = known[random.integer(known.length)]!;
        const attacks = Object.entries(ATTACKS);
        const [name, attack] = attacks[random.integer(attacks.length)]!;
        const out = join(folder, 'out');
        rmSync(out, { recursive: true, force: true });
        mkdirSync(out);
        const verdict = await attack(job, out, random);
        const fault = 'fault' in verdict ? [faultOf(`${name} of ${job.job.name}`, verdict, seed)] : [];
        return {
          cases: 1,
          faults: fault,
          outcomes: { [`${name}: ${'fault' in verdict ? 'fault' : verdict.outcome}`]: 1 },
        };
      },
      close: async () => {
        for (const end of ends) end();
        return { lines: [], faults: [] };
      },
    };
  },
};

function faultOf(name: string, { fault, ended }: { fault: string; ended: Ended }, seed: number): Fault {
  return {
    what: `${name}: ${fault}`,
    evidence: {
      'case.txt': `seed of the turn ${seed}\nexit ${ended.code}\n\n${ended.stdout}\n\n${ended.stderr}`,
    },
  };
}

const ATTACKS: Readonly<Record<string, Attack>> = {
  kill: (known, out, random) => interrupted(known, out, random, 'SIGKILL', 3),
  SIGINT: (known, out, random) => interrupted(known, out, random, 'SIGINT', 1),
  SIGTERM: (known, out, random) => interrupted(known, out, random, 'SIGTERM', 1),
  SIGHUP: (known, out, random) => interrupted(known, out, random, 'SIGHUP', 1),
  'two at once': twoAtOnce,
  'clock set': clockSet,
  'full disk': fullDisk,
  'full stdout': fullStdout,
  'closed stdout': closedStdout,
};

/** Exit codes of a command that a signal has ended in good order (130), before its first line, or too late. */
const CODES: Readonly<Record<string, readonly (number | string)[]>> = {
  SIGKILL: ['SIGKILL', 0],
  SIGINT: [130, 'SIGINT', 0],
  SIGTERM: [130, 'SIGTERM', 0],
  SIGHUP: [130, 'SIGHUP', 0],
};

async function interrupted(
  { job, expected, ms }: Known,
  out: string,
  random: Random,
  signal: NodeJS.Signals,
  times: number,
): Promise<Verdict> {
  for (let i = 0; i < times; i++) {
    const ended = await runCommand(job.words(out), { signal, afterMs: random.between(0, 1.1 * ms) });
    if (!CODES[signal]!.includes(ended.code)) return { fault: `exit ${ended.code} after ${signal}`, ended };
    const wrong = wrongNow(job, expected, out);
    if (wrong !== undefined) return { fault: wrong, ended };
  }
  return wholeAfter(job, expected, out);
}

/** Files under final names that are not what they should be; missing ones may still come. */
function wrongNow(job: Job, expected: Results, out: string): string | undefined {
  if (!job.isFinal) return undefined;
  const other = Object.entries(job.results(out)).find(([name, hash]) => hash !== expected[name]);
  return other && `${other[0]} is not whole`;
}

/** Runs the command again, undisturbed. */
async function wholeAfter(job: Job, expected: Results, out: string): Promise<Verdict> {
  const ended = await runCommand(job.words(out));
  if (ended.code !== 0) return { fault: `exit ${ended.code} of the next run`, ended };
  const results = job.results(out);
  const other = [...new Set([...Object.keys(expected), ...Object.keys(results)])].find(
    (name) => results[name] !== expected[name],
  );
  return other === undefined
    ? { outcome: 'whole' }
    : { fault: `${other} differs from that of an undisturbed run`, ended };
}

async function twoAtOnce({ job, expected }: Known, out: string): Promise<Verdict> {
  const words = job.words(out);
  const both = await Promise.all([runCommand(words), runCommand(words)]);
  for (const ended of both) {
    const refused = ended.code === 1 && /is being written by process|already|exist/.test(ended.stderr);
    if (ended.code !== 0 && !refused) return { fault: `exit ${ended.code} of one of two`, ended };
  }
  if (both.every(({ code }) => code !== 0)) return { fault: 'both were refused', ended: both[0]! };
  const wrong = wrongNow(job, expected, out);
  return wrong === undefined ? wholeAfter(job, expected, out) : { fault: wrong, ended: both[0]! };
}

async function clockSet({ job, expected, ms }: Known, out: string, random: Random): Promise<Verdict> {
  const byMs = [-3_600_000, 3_600_000, -86_400_000, 120_000][random.integer(4)]!;
  const env = {
    NODE_OPTIONS: `--import=${inRepository('test', 'torture', 'clock.mjs')}`,
    TORTURE_CLOCK: `${Math.round(random.between(0, ms))},${byMs}`,
  };
  const ended = await runCommand(job.words(out), { env });
  if (ended.code !== 0) return { fault: `exit ${ended.code} when the clock was set by ${byMs} ms`, ended };
  const wrong = wrongNow(job, expected, out);
  return wrong === undefined ? wholeAfter(job, expected, out) : { fault: wrong, ended };
}

/** A file system in memory that is too small, in a name space of its own; what is on it afterwards is copied back. */
async function fullDisk({ job, expected }: Known, out: string, random: Random): Promise<Verdict> {
  // Several processes close their ports, which the name space does not let them.
  if (!hasNamespaces() || job.name.includes('processes')) return { outcome: 'no small file system here' };
  const kibibytes = Math.round(2 ** random.between(2, 12));
  const script = `mount -t tmpfs -o size=${kibibytes}k small "$0" && "$@"; code=$?; cp -a "$0/." "$0.copy"; exit $code`;
  const words = job.words(out);
  const ended = await runCommand(words, { within: ['unshare', '-rm', 'sh', '-c', script, out] });
  const copy = `${out}.copy`;
  cpSync(copy, out, { recursive: true, verbatimSymlinks: true });
  rmSync(copy, { recursive: true, force: true });
  const wrong = wrongNow(job, expected, out) ?? complaintsOf(ended);
  if (wrong !== undefined) return { fault: `${wrong} (${kibibytes} KiB)`, ended };
  if (ended.code === 0) return { outcome: 'fitted' };
  if (!/space|ENOSPC|full|room|free/i.test(ended.stderr))
    return { fault: `no word of the full disk (${kibibytes} KiB)`, ended };
  return wholeAfter(job, expected, out);
}

let namespaces: boolean | undefined;
function hasNamespaces(): boolean {
  namespaces ??= spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs none /mnt']).status === 0;
  return namespaces;
}

/** A command that fails says so in one line and exits with 1: no stack, no second line. */
function complaintsOf({ code, stderr }: Ended): string | undefined {
  if (code === 0) return undefined;
  if (code !== 1) return `exit ${code}`;
  if (/^ {4}at /m.test(stderr)) return 'a stack';
  const said = stderr.split('\n').filter((line) => line.startsWith('voxlab: '));
  return said.length === 1 ? undefined : `${said.length} lines of complaint`;
}

async function fullStdout({ job, expected }: Known, out: string): Promise<Verdict> {
  const full = openSync('/dev/full', 'w');
  const ended = await runCommand([...job.words(out), '--json'], { stdout: full });
  closeSync(full);
  const wrong = wrongNow(job, expected, out) ?? complaintsOf(ended);
  if (wrong !== undefined) return { fault: wrong, ended };
  return ended.code === 1 ? wholeAfter(job, expected, out) : { fault: 'a lost answer and exit 0', ended };
}

async function closedStdout({ job, expected }: Known, out: string): Promise<Verdict> {
  const ended = await runCommand([...job.words(out), '--json'], { closes: true });
  if (/^ {4}at /m.test(ended.stderr)) return { fault: 'a stack', ended };
  return wrongNow(job, expected, out) === undefined
    ? wholeAfter(job, expected, out)
    : { fault: wrongNow(job, expected, out)!, ended };
}
