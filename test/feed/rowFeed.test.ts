import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, renameSync, truncateSync, utimesSync } from 'node:fs';
import { test } from 'node:test';
import { EnvironmentError, InputError, InterruptedError } from '../../src/errors.js';
import { type FedBatch, openRowFeed, type RowFeed, type RowFeedOptions } from '../../src/feed/rowFeed.js';
import type { BatchRequest } from '../../src/feed/sharedRing.js';
import { inRepository } from '../../src/paths.js';
import { createRandom } from '../../src/random.js';
import { openRowIndex } from '../../src/store/openRowIndex.js';
import { runPython } from '../python.js';
import { feedFixture, rowOf, VOXELS } from './feedFixture.js';

/** Seeded requests of 1 to 8 rows. */
function* requests(count: number, rows = 100): Generator<BatchRequest> {
  const random = createRandom('requests');
  for (let step = 0; step < count; step++)
    yield {
      rows: Uint32Array.from({ length: 1 + random.integer(8) }, () => random.integer(rows)),
      place: { step, first: 0 },
    };
}

async function collected(feed: RowFeed, count: number): Promise<{ rows: number[]; inputHu: Int16Array }[]> {
  const all: { rows: number[]; inputHu: Int16Array }[] = [];
  for await (const { rows, inputHu } of feed.batches(requests(count)))
    all.push({ rows: [...rows], inputHu: inputHu.slice() });
  return all;
}

async function withFeed<T>(options: RowFeedOptions, use: (feed: RowFeed) => Promise<T>): Promise<T> {
  const feed = openRowFeed(options);
  try {
    return await use(feed);
  } finally {
    await feed.close();
  }
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

test('rows of compressed chunks, and of files that only the HDF5 library reads, come through the same threads', async (t) => {
  const options = await feedFixture(t);
  const written = runPython<{ chunked: string; virtual: string }>(
    `import json, sys, h5py, numpy as np
path = json.load(sys.stdin)
x = (50 * np.arange(100)[:, None] + np.arange(${VOXELS})[None]).astype('<i2')
with h5py.File(path + '.chunked', 'w') as f:
  f.create_dataset('input', data=x, chunks=(3, 50), compression='gzip', shuffle=True, fletcher32=True)
with h5py.File(path + '.virtual', 'w') as f:
  layout = h5py.VirtualLayout(x.shape, '<i2'); layout[...] = h5py.VirtualSource(path + '.chunked', 'input', x.shape)
  f.create_virtual_dataset('input', layout)
print(json.dumps(dict(chunked=path + '.chunked', virtual=path + '.virtual')))`,
    options.access.path,
  );
  const straight = await withFeed(options, (feed) => collected(feed, 40));
  for (const [kind, file] of Object.entries(written)) {
    const access = await openRowIndex(file, 'input');
    assert.equal('because' in access, kind === 'virtual');
    assert.deepEqual(await withFeed({ ...options, access }, (feed) => collected(feed, 40)), straight, kind);
  }
});

test('a damaged chunk is refused with row and byte, and is found by its checksum alone', async (t) => {
  const options = await feedFixture(t);
  const file = runPython<string>(
    `import json, sys, h5py, numpy as np
path = json.load(sys.stdin) + '.damaged'
with h5py.File(path, 'w') as f:
  d = f.create_dataset('input', data=np.zeros((100, ${VOXELS}), '<i2'), chunks=(1, ${VOXELS}), fletcher32=True)
  at = d.id.get_chunk_info(42).byte_offset
with open(path, 'r+b') as f: f.seek(at + 10); f.write(b'x')
print(json.dumps(path))`,
    options.access.path,
  );
  const access = await openRowIndex(file, 'input');
  await withFeed({ ...options, access }, async (feed) => {
    const batches = feed.batches([{ rows: Uint32Array.of(41) }, { rows: Uint32Array.of(42) }]);
    await batches.next();
    await assert.rejects(
      batches.next(),
      (error) =>
        error instanceof InputError &&
        error.file === file &&
        /row 42: the chunk at byte \d+ is damaged: .*checksum/i.test(error.message),
    );
  });
});

test('augmented batches depend on seed and place alone', async (t) => {
  const options = { ...(await feedFixture(t)), augmentSeed: 5 };
  const one = await withFeed({ ...options, readers: 1 }, (feed) => collected(feed, 20));
  const three = await withFeed({ ...options, readers: 3 }, (feed) => collected(feed, 20));
  assert.deepEqual(one, three);
  assert.notDeepEqual(one[0]!.inputHu.subarray(0, VOXELS), rowOf(one[0]!.rows[0]!));
  const other = await withFeed({ ...options, augmentSeed: 6 }, (feed) => collected(feed, 20));
  assert.notDeepEqual(one, other);
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
  const feed = openRowFeed(options);
  const bad = feed.batches([{ rows: Uint32Array.of(3) }, { rows: Uint32Array.of(1_000_000) }]);
  await bad.next();
  await assert.rejects(bad.next(), InputError);
  await assert.rejects(feed.batches(requests(1)).next(), InputError);
  await feed.close();
  await feed.close();
});

test('closing refuses batches that are waited for, and leaves no handle of the file', async (t) => {
  const options = await feedFixture(t);
  const handles = (): number => readdirSync('/proc/self/fd').length;
  const before = handles();
  for (let i = 0; i < 10; i++) {
    const feed = openRowFeed(options);
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

test('a batch that does not come within the limit is an error, not a hang', async (t) => {
  const options = await feedFixture(t);
  // The path of the index is a pipe that nobody writes: its reader hangs in open().
  const pipe = `${options.access.path}.pipe`;
  spawnSync('mkfifo', [pipe]);
  const feed = openRowFeed({ ...options, access: { ...options.access, path: pipe }, limitMs: 300 });
  await assert.rejects(
    collected(feed, 1),
    (error) =>
      error instanceof EnvironmentError && /within 0\.3 s.*the disk does not answer/.test(error.message),
  );
  // Frees the readers: a writer opens the pipe and goes.
  spawnSync('sh', ['-c', `: > ${pipe}`]);
  await feed.close();
});

test('a program that has used a feed and forgotten it ends by itself', async (t) => {
  const options = await feedFixture(t);
  const program = `
    import { openRowFeed } from ${JSON.stringify(inRepository('dist/src/feed/rowFeed.js'))};
    const feed = openRowFeed(${JSON.stringify(options)});
    for await (const batch of feed.batches([{ rows: Uint32Array.of(1, 2) }])) console.log(batch.inputHu.length);`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  assert.deepEqual([run.status, run.stdout], [0, `${2 * VOXELS}\n`], run.stderr);
});

test('random aborts, early ends and closings, hundreds of them, end in bounded time', async (t) => {
  const options = await feedFixture(t);
  const random = createRandom('stress');
  for (let round = 0; round < 60; round++) {
    const feed = openRowFeed({ ...options, readers: 1 + random.integer(3), slots: 1 + random.integer(4) });
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
