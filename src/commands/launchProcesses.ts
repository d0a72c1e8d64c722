import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { endHard, GRACE_MS, handSignalsOn } from '../parentProcess.js';
import { SECRET_VARIABLE } from '../training/ranks/talkProof.js';
import { endOf, showLines, startCommand } from './childCommand.js';

const INTERRUPTED = 130;

/** Time for the others to say what they know, and to end, after one has failed. */
const LAST_WORDS_MS = 5000;

/**
 * Runs this command in several processes of this machine that train together (TF_CONFIG tells each its rank). The first
 * one's output is this process' own; lines of the others bear their rank. Ctrl-C, SIGTERM and SIGHUP stop all, and so does
 * the end of this process, however it ends. Ends with the first code that is not 0. `further` words follow those of this command; each process sees
 * GPUs of its own.
 */
export async function launchProcesses(
  processes: number,
  further: readonly string[],
  gpusOf: (index: number) => string | undefined,
): Promise<void> {
  const addresses = await freeAddresses(processes);
  const secret = randomBytes(32).toString('hex');
  const words = [...withoutProcesses(process.argv.slice(2)), ...further];
  const children = addresses.map((_, index) =>
    startCommand(words, {
      stdio: ['ignore', index === 0 ? 'inherit' : 'ignore', index === 0 ? 'inherit' : 'pipe'],
      env: {
        [SECRET_VARIABLE]: secret,
        CUDA_VISIBLE_DEVICES: gpusOf(index),
        TF_CONFIG: JSON.stringify({ cluster: { worker: addresses }, task: { type: 'worker', index } }),
      },
    }),
  );
  const signals = handSignalsOn(children);
  const codes = await Promise.all(
    children.map(async (child, rank) => {
      showLines(child, `rank ${rank}`);
      const code = await endOf(child, `[rank ${rank}]`);
      // One that was interrupted leaves while the first one still writes the checkpoint.
      const graceMs = code === INTERRUPTED ? GRACE_MS : LAST_WORDS_MS;
      if (code !== 0) setTimeout(() => endHard(children), graceMs).unref();
      return code;
    }),
  );
  signals.leave();
  process.exitCode = codes.find((code) => code !== 0) ?? 0;
}

function withoutProcesses(words: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < words.length; at++)
    if (words[at] === '--processes') at++;
    else if (!words[at]!.startsWith('--processes=')) kept.push(words[at]!);
  return kept;
}

/**
 * Addresses of ports of this machine, each followed by another free one. All are held until the last
 * is found: the system gives a port that was let go again at once.
 */
async function freeAddresses(count: number): Promise<string[]> {
  const held: Server[] = [];
  const found: string[] = [];
  try {
    while (found.length < count) {
      const server = await listening(0);
      held.push(server);
      const { port } = server.address() as AddressInfo;
      const next = await listening(port + 1).catch(() => undefined);
      if (!next) continue;
      held.push(next);
      found.push(`127.0.0.1:${port}`);
    }
  } finally {
    await Promise.all(held.map((server) => once(server.close(), 'close')));
  }
  return found;
}

/** @throws the system's error, where the port is taken or above the last one. */
async function listening(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
