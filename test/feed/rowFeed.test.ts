import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, renameSync, truncateSync, utimesSync } from 'node:fs';
import { test } from 'node:test';
import { EnvironmentError, InputError, InterruptedError } from '../../src/errors.js';
import { type FedBatch, RowFeed } from '../../src/feed/rowFeed.js';
import type { BatchRequest } from '../../src/feed/sharedRing.js';
import { inRepository } from '../../src/paths.js';
import { createRandom } from '../../src/random.js';
import type { RowAccess } from '../../src/store/hdf5/rowIndex.js';
import { collected, feedFixture, requests, rowOf, VOXELS, withFeed } from './feedFixture.js';

/** Runs a program, which ends by itself. */
function ended(program: string): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 20_000,
    killSignal: 'SIGTERM',
  });
}

test('batches() yields the rows asked for, in order, the same for any number of readers and slots', async (t) => {
  const options = await feedFixture(t);
  for (const [readers, slots] of [
    [1, 1],
    [2, 4],
    [4, 3],
  ] as const) {
    const got = await withFeed({ ...options, readers, slots }, (feed) => collected(feed, 60));
    const wanted = [...requests(60)];
    assert.equal(got.length, 60);
    for (const [i, { rows, inputHu }] of got.entries()) {
      assert.deepEqual(rows, [...wanted[i]!.rows]);
      for (const [place, row] of rows.entries())
        assert.deepEqual(inputHu.subarray(place * VOXELS, (place + 1) * VOXELS), rowOf(row));
    }
  }
});

test('consumers that ask at a time share the ring, each gets its own batches in order', async (t) => {
  const options = await feedFixture(t);
  await withFeed({ ...options, slots: 3 }, async (feed) => {
    const all = await Promise.all([
      collected(feed, 40),
      collected(feed, 40),
      collected(feed, 40),
      collected(feed, 40),
    ]);
    const wanted = [...requests(40)].map(({ rows }) => [...rows]);
    for (const got of all)
      assert.deepEqual(
        got.map(({ rows }) => rows),
        wanted,
      );
    const { rows, bytes, batches } = feed.report();
    const sum = 4 * wanted.reduce((total, { length }) => total + length, 0);
    assert.deepEqual([rows, bytes, batches], [sum, 2 * VOXELS * sum, 160]);
  });
});

test('no more batches are read than the ring has room for, until one is given back', async (t) => {
  const options = await feedFixture(t);
  await withFeed({ ...options, slots: 3 }, async (feed) => {
    let asked = 0;
    const endless = function* (): Generator<BatchRequest> {
      for (; ; asked++) yield { rows: Uint32Array.of(asked % 100) };
    };
    const batches = feed.batches(endless());
    await batches.next();
    await new Promise((done) => setTimeout(done, 50));
    assert.equal(asked, 3, 'one in use, two ahead, one more looked at');
    assert.equal(feed.report().rows, 3);
    const second = (await batches.next()).value as FedBatch;
    assert.equal(second.ready, 2);
    await batches.return(undefined);
  });
});

test('an abort refuses the wait; the feed goes on for others', async (t) => {
  const options = await feedFixture(t);
  await withFeed(options, async (feed) => {
    const controller = new AbortController();
    const batches = feed.batches(requests(1000), controller.signal);
    await batches.next();
    controller.abort();
    await assert.rejects(batches.next(), InterruptedError);
    assert.equal((await collected(feed, 30)).length, 30);
  });
});

test('a file that is cut names row and byte, one that is replaced or touched is named', async (t) => {
  const cut = await feedFixture(t);
  await withFeed(cut, async (feed) => {
    truncateSync(cut.access.path, 20_000);
    await assert.rejects(
      collected(feed, 1000),
      (error) =>
        error instanceof InputError &&
        error.file === cut.access.path &&
        /row \d+: .*at byte \d+|changed/.test(error.message),
    );
  });
  const replaced = await feedFixture(t);
  await withFeed(replaced, async (feed) => {
    const batches = feed.batches(requests(1000));
    await batches.next();
    copyFileSync(replaced.access.path, `${replaced.access.path}.other`);
    renameSync(`${replaced.access.path}.other`, replaced.access.path);
    await assert.rejects(batches.next(), /replaced or changed while it was read/);
  });
  const touched = await feedFixture(t);
  await withFeed(touched, async (feed) => {
    const batches = feed.batches(requests(1000));
    await batches.next();
    utimesSync(touched.access.path, 1, 1);
    await assert.rejects(batches.next(), /replaced or changed/);
  });
});

test('after a failure all further batches are refused with it, and closing ends the threads', async (t) => {
  const options = await feedFixture(t);
  const feed = new RowFeed(options);
  const bad = feed.batches([{ rows: Uint32Array.of(3) }, { rows: Uint32Array.of(1_000_000) }]);
  await bad.next();
  await assert.rejects(bad.next(), /Expected a row from 0 to 99, received 1000000/);
  await assert.rejects(feed.batches(requests(1)).next(), /Expected a row from 0 to 99, received 1000000/);
  await feed.close();
  await feed.close();
});

test('threads that cannot open the file, and threads that end, are errors that say so', async (t) => {
  const options = await feedFixture(t);
  const path = `${options.access.path}.gone`;
  await withFeed({ ...options, access: { ...options.access, path } }, async (feed) => {
    await assert.rejects(
      collected(feed, 1),
      (error) =>
        error instanceof InputError && /gone: expected a patch file, found nothing/.test(error.message),
    );
  });
  // What postMessage() brings to the threads is no index.
  const access = { ...options.access, element: undefined } as unknown as RowAccess;
  await withFeed({ ...options, access }, async (feed) => {
    await assert.rejects(collected(feed, 1), EnvironmentError);
  });
});

test('a consumer that is interrupted while it waits for a slot leaves it to the one behind it', async (t) => {
  await withFeed({ ...(await feedFixture(t)), slots: 1, limitMs: 20_000 }, async (feed) => {
    const first = feed.batches(requests(1));
    await first.next();
    const stop = new AbortController();
    const interrupted = feed.batches(requests(1), stop.signal).next();
    const behind = feed.batches(requests(1)).next();
    const refused = assert.rejects(interrupted, InterruptedError);
    stop.abort();
    await refused;
    await first.return(undefined);
    assert.equal((await behind).done, false);
  });
});

test('closing refuses batches that are waited for, and leaves no handle of the file', async (t) => {
  const options = await feedFixture(t);
  const handles = (): number => readdirSync('/proc/self/fd').length;
  const before = handles();
  for (let i = 0; i < 10; i++) {
    const feed = new RowFeed(options);
    const batches = feed.batches(requests(1000));
    await batches.next();
    const closing = feed.close();
    await assert.rejects(
      (async () => {
        for (;;) await batches.next();
      })(),
      InterruptedError,
    );
    await closing;
  }
  assert.ok(handles() <= before + 1, `${handles()} handles, ${before} before`);
});

test('a disk that does not answer is an error within the limit; closing and the end of the program wait no longer', async (t) => {
  const options = await feedFixture(t);
  // The path of the index is a pipe that nobody writes: its readers hang in open(), which nothing but a signal ends.
  const path = `${options.access.path}.pipe`;
  spawnSync('mkfifo', [path]);
  const program = `
    import { RowFeed } from ${JSON.stringify(inRepository('dist/src/feed/rowFeed.js'))};
    const options = ${JSON.stringify(options)};
    const feed = new RowFeed({ ...options, access: { ...options.access, path: ${JSON.stringify(path)} }, limitMs: 300 });
    try {
      for await (const batch of feed.batches([{ rows: Uint32Array.of(1, 2) }])) console.log(batch.inputHu.length);
    } catch (error) {
      console.log(error.name + ': ' + error.message);
    }
    await feed.close();
    console.log('closed');`;
  const run = ended(program);
  assert.match(
    run.stdout,
    /^EnvironmentError: .*within 0\.3 s.*the disk does not answer.*\nclosed\n$/s,
    run.stderr,
  );
  assert.equal(run.signal, 'SIGKILL');
});

test('a program that has used a feed and forgotten it ends by itself', async (t) => {
  const options = await feedFixture(t);
  const program = `
    import { RowFeed } from ${JSON.stringify(inRepository('dist/src/feed/rowFeed.js'))};
    const feed = new RowFeed(${JSON.stringify(options)});
    for await (const batch of feed.batches([{ rows: Uint32Array.of(1, 2) }])) console.log(batch.inputHu.length);`;
  const run = ended(program);
  assert.deepEqual([run.status, run.stdout], [0, `${2 * VOXELS}\n`], run.stderr);
});

test('random aborts, early ends and closings, hundreds of them, end in bounded time', async (t) => {
  const options = await feedFixture(t);
  const random = createRandom('stress');
  for (let round = 0; round < 60; round++) {
    const feed = new RowFeed({ ...options, readers: 1 + random.integer(3), slots: 1 + random.integer(4) });
    const consumers = Array.from({ length: 1 + random.integer(3) }, async () => {
      const controller = new AbortController();
      const stopAt = random.integer(12);
      const how = random.integer(3);
      let taken = 0;
      try {
        for await (const { rows, inputHu } of feed.batches(requests(12), controller.signal)) {
          assert.deepEqual(inputHu.subarray(0, VOXELS), rowOf(rows[0]!));
          if (taken++ < stopAt) continue;
          if (how === 0) controller.abort();
          if (how === 1) break;
        }
      } catch (error) {
        assert.ok(error instanceof InterruptedError, String(error));
      }
    });
    if (random.integer(3) === 0) await feed.close();
    await Promise.all(consumers);
    await feed.close();
  }
});
