import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { talkAddress } from '../../../src/config/cluster.js';
import type { RankWatch } from '../../../src/training/ranks/rankWatch.js';
import { isStoppedByAnother } from '../../../src/training/ranks/talk.js';
import { proofOf, type SharedSecret } from '../../../src/training/ranks/talkProof.js';
import { watchRanks } from '../../../src/training/ranks/watchRanks.js';

const secretOf = (text: string): SharedSecret => ({ read: () => text, place: 'the test', remove: () => {} });
const SECRET = secretOf('of these two');

/** Two addresses of this machine; the port after the first one is free too. */
async function freeAddresses(): Promise<string[]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return [`127.0.0.1:${port - 1}`, '127.0.0.1:9'];
}

async function pair(timeoutSeconds = 5): Promise<[RankWatch, RankWatch]> {
  const addresses = await freeAddresses();
  return Promise.all(
    [0, 1].map((rank) => watchRanks({ addresses, rank }, timeoutSeconds, SECRET)),
  ) as Promise<[RankWatch, RankWatch]>;
}

test('agree(): all go on when all have said the same', async () => {
  const [first, other] = await pair();
  await Promise.all([first.agree('program', 'a'), other.agree('program', 'a')]);
  other.leave();
  first.leave();
});

test('agree(): the first line that differs is named, with its rank, to both', async () => {
  const [first, other] = await pair();
  const told = /rank 1 \(127\.0\.0\.1:9\) has another configuration than rank 0: seed 2, not seed 1/;
  await Promise.all([
    assert.rejects(first.agree('configuration', 'batch 16\nseed 1'), told),
    assert.rejects(other.agree('configuration', 'batch 16\nseed 2'), told),
  ]);
  other.leave();
  first.leave();
});

test('agree(): who does not come in time is named', async () => {
  const addresses = await freeAddresses();
  const first = await watchRanks({ addresses, rank: 0 }, 1, SECRET);
  await assert.rejects(first.agree('program', 'a'), /rank 1 \(127\.0\.0\.1:9\) did not come within 1 s/);
  first.leave();
  await assert.rejects(
    watchRanks({ addresses, rank: 1 }, 1, SECRET),
    /rank 0 \(.*\) was not there within 1 s/,
  );
});

test('watchRanks(): who is asked to stop while the first process is not there, or does not answer, waits no longer', async () => {
  const addresses = await freeAddresses();
  const { host, port } = talkAddress({ addresses, rank: 0 });
  const silent = createServer((socket) => socket.on('error', () => {}).resume()).listen(port, host);
  await once(silent, 'listening');
  for (const there of [true, false]) {
    if (!there) silent.close();
    const controller = new AbortController();
    const from = performance.now();
    setTimeout(() => controller.abort(), 300);
    await assert.rejects(watchRanks({ addresses, rank: 1 }, 60, SECRET, controller.signal), {
      name: 'InterruptedError',
    });
    assert.ok(performance.now() - from < 5000);
  }
});

test('failure: a process that ends says why; one that ends without a word is named; one that left is not missed', async () => {
  const [first, other] = await pair();
  other.leave('the loss is NaN');
  await assert.rejects(first.failure, /rank 1 ended: the loss is NaN/);
  assert.match(String(await first.explain(new Error('a sum failed'))), /rank 1 ended: the loss is NaN/);
  first.leave();

  const [one, two] = await pair();
  one.leave();
  const error = new Error('some other reason');
  assert.equal(await two.explain(error), error, 'who left in peace is no reason');
  two.leave();
});

test('explain(): who has been silent for most of the time is named when a sum is the first to lose patience', async () => {
  const addresses = await freeAddresses();
  const first = await watchRanks({ addresses, rank: 0 }, 3, SECRET);
  const { host, port } = talkAddress({ addresses, rank: 0 });
  const hangs = connect(port, host).on('error', () => {});
  const [line] = await once(hangs, 'data');
  hello(hangs, JSON.parse(String(line)).nonce, 'of these two', 1);
  await once(hangs, 'data');
  await delay(1800);
  const error = new Error('the sum timed out');
  const reason = await first.explain(error);
  assert.match(String(reason), /rank 1 \(127\.0\.0\.1:9\) was not heard for 2 s: the sum timed out/);
  assert.equal((reason as Error).cause, error);
  hangs.destroy();
  first.leave();
});

test('stop() of any process aborts the signal of all', async () => {
  for (const asks of [0, 1]) {
    const both = await pair();
    assert.ok(both.every(({ stopping }) => !stopping.aborted));
    const other = once(both[1 - asks]!.stopping, 'abort');
    both[asks]!.stop();
    await other;
    assert.ok(both.every(({ stopping }) => isStoppedByAnother(stopping)));
    for (const watch of both.reverse()) watch.leave();
  }
});

/** What a stranger at the port of the talk can do; each ends with its connection closed. */
const ATTACKS: Readonly<Record<string, (socket: Socket, challenge: string) => void>> = {
  garbage: (socket) => socket.write('GET / HTTP/1.1\r\n\r\n'),
  'a line without an end': (socket) => socket.write('x'.repeat(100_000)),
  'JSON that is no message': (socket) => socket.write('null\n{"kind":7}\n'),
  'an old hello, without a proof': (socket) => socket.write('{"kind":"hello","rank":1}\n'),
  'the words of a process that is there': (socket) =>
    socket.write('{"kind":"failed","message":"all is lost"}\n'),
  'a proof with another secret': (socket, challenge) => hello(socket, challenge, 'guessed', 1),
  'the proof of a rank that does not exist': (socket, challenge) =>
    hello(socket, challenge, 'of these two', 7),
  'a rank that is there already': (socket, challenge) => hello(socket, challenge, 'of these two', 1),
};

function hello(socket: Socket, challenge: string, secret: string, rank: number): void {
  const proof = proofOf('hello', secret, { rank, challenge, answer: 'a' });
  socket.write(`${JSON.stringify({ kind: 'hello', rank, nonce: 'a', proof })}\n`);
}

/** Once it is closed, in whatever way. */
const closing = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

test('a stranger at the port of the talk is ignored, whatever it says, and ends nothing', async () => {
  const addresses = await freeAddresses();
  const start = (rank: number): Promise<RankWatch> => watchRanks({ addresses, rank }, 5, SECRET);
  const [first, other] = await Promise.all([start(0), start(1)]);
  const { host, port } = talkAddress({ addresses, rank: 0 });
  const warnings: string[] = [];
  const listen = ({ message }: Error): unknown => warnings.push(message);
  process.on('warning', listen);
  try {
    for (const attack of Object.values(ATTACKS)) {
      const socket = connect(port, host);
      socket.on('error', () => {});
      const closed = closing(socket);
      const [line] = await once(socket, 'data');
      attack(socket, JSON.parse(String(line)).nonce);
      await closed;
    }
    // Many that say nothing: but for 64 they are sent away at once, the oldest first, and the others with the talk.
    const flood = Array.from({ length: 80 }, () =>
      connect(port, host)
        .on('error', () => {})
        .resume(),
    );
    await Promise.all(flood.slice(0, 16).map(closing));
    await Promise.all([first.agree('program', 'a'), other.agree('program', 'a')]);
    const again = await start(1);
    await assert.rejects(again.failure, /rank 1 \(127\.0\.0\.1:9\) is there already: start each rank once/);
    again.leave();
    await Promise.all([first.agree('more', 'a'), other.agree('more', 'a')]);
    for (const socket of flood) socket.destroy();
    await new Promise((resolve) => setImmediate(resolve));
    for (const reason of [
      'is no message',
      'more than 4096 bytes',
      'did not say',
      'the secret',
      'no rank 7',
      'second process',
    ])
      assert.ok(
        warnings.some((text) => text.includes('127.0.0.1') && text.includes(reason)),
        `${reason}: ${warnings.join('; ')}`,
      );
    assert.ok(warnings.length <= 10, 'a flood is not answered by a flood');
  } finally {
    process.off('warning', listen);
    other.leave();
    first.leave();
  }
});

test('watchRanks() with another secret than rank 0 has names the secret; what poses as rank 0 is not believed', async () => {
  const addresses = await freeAddresses();
  const first = await watchRanks({ addresses, rank: 0 }, 5, SECRET);
  await assert.rejects(
    watchRanks({ addresses, rank: 1 }, 1, secretOf('another')),
    /rank 0 .* was not there within 1 s .*does not know this secret \(the test\)/,
  );
  first.leave();
  const { host, port } = talkAddress({ addresses, rank: 0 });
  for (const last of [
    '{"kind":"welcome","proof":"p"}',
    // Nor is it heard when it says that all is lost.
    '{"kind":"failed","message":"go home"}',
  ]) {
    const squatter = createServer((socket) => {
      socket.on('error', () => {});
      socket.write(`{"kind":"challenge","nonce":"n"}\n${last}\n`);
    }).listen(port, host);
    await once(squatter, 'listening');
    try {
      await assert.rejects(
        watchRanks({ addresses, rank: 1 }, 1, SECRET),
        /rank 0 .* was not there within 1 s .*what listens there does not know the secret/,
      );
    } finally {
      squatter.close();
    }
  }
});

test('watchRanks() goes on when the wall clock is set forward', async (t) => {
  const [first, other] = await pair(2);
  const { now } = Date;
  t.after(() => {
    Date.now = now;
  });
  Date.now = () => now() + 3_600_000;
  // Longer than some beats, in which the old clock would have counted an hour.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await Promise.all([first.agree('program', 'a'), other.agree('program', 'a')]);
  other.leave();
  first.leave();
});
