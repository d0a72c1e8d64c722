import { spawnSync } from 'node:child_process';
import { closeSync, cpSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inRepository } from '../../src/paths.js';
import type { Random } from '../../src/random.js';
import { runCommand } from './commandRun.js';
import { type Attack, complaintsOf, type Known, type Verdict, wholeAfter, wrongNow } from './verdict.js';

/** What is done to a command that prints. */
export const ATTACKS_ON_PRINTING: Readonly<Record<string, Attack>> = {
  SIGINT: (known, out, random) => interrupted(known, out, random, 'SIGINT', 1),
  SIGTERM: (known, out, random) => interrupted(known, out, random, 'SIGTERM', 1),
  SIGHUP: (known, out, random) => interrupted(known, out, random, 'SIGHUP', 1),
  'full stdout': fullStdout,
  'closed stdout': closedStdout,
};

/** And to one that writes files. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  ...ATTACKS_ON_PRINTING,
  kill: (known, out, random) => interrupted(known, out, random, 'SIGKILL', killsOf(known)),
  'two at once': twoAtOnce,
  'clock set': clockSet,
  'full disk': fullDisk,
  quota,
  'read-only folder': readOnly,
  'folder of others': folderOfOthers,
  'long name': longName,
};

/** Exit codes of a command that a signal has ended in good order (130), before its first line, or too late. */
const CODES: Readonly<Record<string, readonly (number | string)[]>> = {
  SIGKILL: ['SIGKILL', 0],
  SIGINT: [130, 'SIGINT', 0],
  SIGTERM: [130, 'SIGTERM', 0],
  SIGHUP: [130, 'SIGHUP', 0],
};

/** The whole run that follows is worth several kills: of a short command more. */
function killsOf({ ms }: Known): number {
  return Math.min(8, Math.max(2, Math.round(30_000 / ms)));
}

async function interrupted(
  known: Known,
  out: string,
  random: Random,
  signal: NodeJS.Signals,
  times: number,
): Promise<Verdict> {
  let kills = 0;
  for (let i = 0; i < times; i++) {
    const after = random.between(0, 1.1 * known.ms);
    const ended = await runCommand(known.job.words(out), { signal, after });
    if (!CODES[signal]!.includes(ended.code)) return { fault: `exit ${ended.code} after ${signal}`, ended };
    const wrong = wrongNow(known, out, ended);
    if (wrong !== undefined) return { fault: wrong, ended };
    if (ended.code === 'SIGKILL') kills++;
  }
  const verdict = await wholeAfter(known, out);
  return 'fault' in verdict || kills === 0 ? verdict : { ...verdict, kills };
}

async function twoAtOnce(known: Known, out: string): Promise<Verdict> {
  const words = known.job.words(out);
  const both = await Promise.all([runCommand(words), runCommand(words)]);
  for (const ended of both) {
    const refused =
      ended.code === 1 && /is being written by process|already|exist|new folder/.test(ended.stderr);
    if (ended.code !== 0 && !refused) return { fault: `exit ${ended.code} of one of two`, ended };
  }
  if (both.every(({ code }) => code !== 0)) return { fault: 'both were refused', ended: both[0]! };
  const wrong = wrongNow(known, out, both[0]!) ?? wrongNow(known, out, both[1]!);
  return wrong === undefined ? wholeAfter(known, out) : { fault: wrong, ended: both[0]! };
}

async function clockSet(known: Known, out: string, random: Random): Promise<Verdict> {
  const byMs = [-3_600_000, 3_600_000, -86_400_000, 120_000][random.integer(4)]!;
  const env = before('clock.mjs', { TORTURE_CLOCK: `${Math.round(random.between(0, known.ms))},${byMs}` });
  const ended = await runCommand(known.job.words(out), { env });
  if (ended.code !== 0) return { fault: `exit ${ended.code} when the clock was set by ${byMs} ms`, ended };
  const wrong = wrongNow(known, out, ended);
  return wrong === undefined ? wholeAfter(known, out) : { fault: wrong, ended };
}

/** A module that is loaded before the program, and before each that it starts. */
function before(module: string, env: Readonly<Record<string, string>>): Record<string, string> {
  return { ...env, NODE_OPTIONS: `--import=${inRepository('test', 'torture', module)}` };
}

/** A file system in memory that is too small, in a name space of its own; what is on it afterwards is copied back. */
async function fullDisk(known: Known, out: string, random: Random): Promise<Verdict> {
  // Several processes close their ports, which the name space does not let them.
  if (!hasNamespaces() || known.name.includes('processes')) return { outcome: 'no small file system here' };
  const kibibytes = Math.round(2 ** random.between(2, 12));
  const words = known.job.words(out);
  const [given, copy] = [`${out}.given`, `${out}.copy`];
  for (const folder of [given, copy]) rmSync(folder, { recursive: true, force: true });
  renameSync(out, given);
  mkdirSync(out);
  // What the job finds there (a run to evaluate) is not counted.
  const script =
    'mount -t tmpfs -o size=$(( $(du -sk "$0.given" | cut -f 1) + $1 ))k small "$0" && cp -a "$0.given/." "$0/" && shift && ' +
    '"$@"; code=$?; cp -a "$0/." "$0.copy"; exit $code';
  const ended = await runCommand(words, {
    within: ['unshare', '-rm', 'sh', '-c', script, out, String(kibibytes)],
  });
  cpSync(copy, out, { recursive: true, verbatimSymlinks: true });
  for (const folder of [given, copy]) rmSync(folder, { recursive: true, force: true });
  const wrong = wrongNow(known, out, ended) ?? complaintsOf(ended);
  if (wrong !== undefined) return { fault: `${wrong} (${kibibytes} KiB)`, ended };
  if (ended.code === 0) return { outcome: 'fitted' };
  if (!/space|ENOSPC|full|free/i.test(ended.stderr))
    return { fault: `no word of the full disk (${kibibytes} KiB)`, ended };
  return wholeAfter(known, out);
}

let namespaces: boolean | undefined;
function hasNamespaces(): boolean {
  namespaces ??= spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs none /mnt']).status === 0;
  return namespaces;
}

/** The writer itself says EDQUOT after so many bytes: most of the time before the command has written all. */
async function quota(known: Known, out: string, random: Random): Promise<Verdict> {
  const bytes = Math.round(2 ** random.between(6, Math.log2(1.1 * known.bytes)));
  const env = before('quota.mjs', { TORTURE_QUOTA: String(bytes) });
  const ended = await runCommand(known.job.words(out), { env });
  const wrong = wrongNow(known, out, ended) ?? complaintsOf(ended);
  if (wrong !== undefined) return { fault: `${wrong} (${bytes} bytes)`, ended };
  if (ended.code === 0) return { outcome: 'fitted' };
  return /quota/i.test(ended.stderr)
    ? wholeAfter(known, out)
    : { fault: `no word of the quota (${bytes} bytes)`, ended };
}

async function readOnly(known: Known, out: string): Promise<Verdict> {
  if (!hasNamespaces() || known.name.includes('processes')) return { outcome: 'no name spaces here' };
  const script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && "$@"';
  return refused(known, out, ['unshare', '-rm', 'sh', '-c', script, out]);
}

async function folderOfOthers(known: Known, out: string): Promise<Verdict> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot && spawnSync('setpriv', ['--version']).status !== 0)
    return { outcome: 'no way to give up rights' };
  const withoutRights = ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--inh-caps=-all'];
  const script = 'chmod -R a-w "$0" && "$@"; code=$?; chmod -R u+w "$0"; exit $code';
  return refused(known, out, [...(isRoot ? withoutRights : []), 'sh', '-c', script, out]);
}

/** Where nothing can be written, nothing is, and the reason is said. */
async function refused(known: Known, out: string, within: readonly string[]): Promise<Verdict> {
  const ended = await runCommand(known.job.words(out), { within });
  const wrong = wrongNow(known, out, ended) ?? complaintsOf(ended);
  if (wrong !== undefined) return { fault: wrong, ended };
  if (ended.code === 0) return { fault: 'exit 0 where nothing can be written', ended };
  return /read-only|EROFS|permission|EACCES|denied/i.test(ended.stderr)
    ? wholeAfter(known, out)
    : { fault: 'no word of the folder that cannot be written', ended };
}

/** Names that are too long, with or without what is written beside: for the file where the user names one, else for the folder. */
async function longName(known: Known, out: string, random: Random): Promise<Verdict> {
  const length = 200 + random.integer(80);
  const isFile = random.integer(2) === 0;
  const folder = isFile ? out : join(out, 'x'.repeat(length));
  const words = known.job.words(folder, (plain) => plain.padStart(isFile ? length : 0, 'x'));
  const ended = await runCommand(words);
  const wrong = ended.left.length > 0 ? 'processes that did not end' : complaintsOf(ended);
  if (wrong !== undefined) return { fault: `${wrong} (a name of ${length} bytes)`, ended };
  if (ended.code === 0) return { outcome: 'fitted' };
  if (!/ENAMETOOLONG|too long/i.test(ended.stderr))
    return { fault: `no word of the name of ${length} bytes`, ended };
  return wholeAfter(known, out);
}

async function fullStdout(known: Known, out: string): Promise<Verdict> {
  const full = openSync('/dev/full', 'w');
  const ended = await runCommand([...known.job.words(out), '--json'], { stdout: full });
  closeSync(full);
  const wrong = wrongNow(known, out, ended) ?? complaintsOf(ended);
  if (wrong !== undefined) return { fault: wrong, ended };
  return ended.code === 1 ? wholeAfter(known, out) : { fault: 'a lost answer and exit 0', ended };
}

async function closedStdout(known: Known, out: string): Promise<Verdict> {
  const ended = await runCommand([...known.job.words(out), '--json'], { closes: true });
  const wrong = wrongNow(known, out, ended) ?? complaintsOf(ended);
  return wrong === undefined ? wholeAfter(known, out) : { fault: wrong, ended };
}
