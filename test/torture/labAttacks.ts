import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import type { Random } from '../../src/random.js';
import { type Ended, runCommand } from './commandRun.js';
import { complaintsOf, type Verdict } from './verdict.js';

const WORDS = ['lab', '--no-browser'];
/** It is up after 2 to 4 s on two cores. */
const UP_MS = 5000;

/** JupyterLab, which runs until it is told to end: then nothing of it is left, neither a process nor its port. */
export const LAB_ATTACKS: Readonly<Record<string, (random: Random) => Promise<Verdict>>> = {
  kill: async (random) => {
    const verdict = await signalled('SIGKILL', random, ['SIGKILL']);
    return 'fault' in verdict ? verdict : { ...verdict, kills: 1 };
  },
  SIGINT: (random) => signalled('SIGINT', random, [0, 130, 'SIGINT']),
  SIGTERM: (random) => signalled('SIGTERM', random, [0, 130, 'SIGTERM']),
  SIGHUP: (random) => signalled('SIGHUP', random, [0, 130, 'SIGHUP']),
  'port in use': portInUse,
  'full stdout': fullStdout,
  'closed stdout': async () => {
    const ended = await runCommand(WORDS, { signal: 'SIGINT', after: /Ctrl-C/, closes: true });
    return afterEnd(ended, [0]);
  },
};

async function signalled(
  signal: NodeJS.Signals,
  random: Random,
  codes: readonly (number | string)[],
): Promise<Verdict> {
  const after = random.integer(3) === 0 ? /Ctrl-C/ : random.between(0, UP_MS);
  return afterEnd(await runCommand(WORDS, { signal, after }), codes);
}

async function afterEnd(ended: Ended, codes: readonly (number | string)[]): Promise<Verdict> {
  if (ended.left.length > 0) return { fault: `${ended.left.length} processes did not end`, ended };
  if (!codes.includes(ended.code)) return { fault: `exit ${ended.code}`, ended };
  if (/^ {4}at /m.test(ended.stderr)) return { fault: 'a stack', ended };
  const port = /127\.0\.0\.1:(\d+)/.exec(ended.stdout)?.[1];
  const answer = port && (await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined));
  return answer ? { fault: `port ${port} still answers`, ended } : { outcome: 'ended' };
}

async function portInUse(): Promise<Verdict> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ended = await runCommand([...WORDS, '--port', String(port)]);
  server.close();
  const wrong = complaintsOf(ended);
  if (wrong !== undefined || ended.left.length > 0) return { fault: wrong ?? 'a process is left', ended };
  return ended.code === 1 && ended.stderr.includes('already in use')
    ? { outcome: 'refused' }
    : { fault: 'no word of the port that is in use', ended };
}

/** Its address, with the token, is lost: it may not stay up with nobody who can reach it. */
async function fullStdout(): Promise<Verdict> {
  const full = openSync('/dev/full', 'w');
  const ended = await runCommand(WORDS, { stdout: full });
  closeSync(full);
  const wrong = complaintsOf(ended) ?? (ended.code === 0 ? 'a lost address and exit 0' : undefined);
  return wrong === undefined ? afterEnd(ended, [1]) : { fault: wrong, ended };
}
