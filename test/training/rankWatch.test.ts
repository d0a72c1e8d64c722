import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { type RankWatch, watchRanks } from '../../src/training/rankWatch.js';

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
  return Promise.all([0, 1].map((rank) => watchRanks({ addresses, rank }, timeoutSeconds))) as Promise<
    [RankWatch, RankWatch]
  >;
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
  const first = await watchRanks({ addresses, rank: 0 }, 1);
  await assert.rejects(first.agree('program', 'a'), /rank 1 \(127\.0\.0\.1:9\) did not come within 1 s/);
  first.leave();
  await assert.rejects(watchRanks({ addresses, rank: 1 }, 1), /rank 0 \(.*\) was not there within 1 s/);
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
