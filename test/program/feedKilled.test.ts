import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { test } from 'node:test';
import { besideOf } from '../../src/leftBehind.js';
import { inRepository } from '../../src/paths.js';
import { createRandom } from '../../src/random.js';
import { openRowIndex } from '../../src/store/hdf5/openRowIndex.js';
import { collected, feedFixture, VOXELS, withFeed } from '../feed/feedFixture.js';
import { runPython } from '../python.js';

test('programs that are killed while they index and read a file leave it, its index and its folder in order', async (t) => {
  const options = await feedFixture(t);
  const file = runPython<string>(
    `import json, sys, h5py, numpy as np
path = json.load(sys.stdin) + '.chunked'
x = (50 * np.arange(100)[:, None] + np.arange(${VOXELS})[None]).astype('<i2')
with h5py.File(path, 'w') as f: f.create_dataset('input', data=x, chunks=(1, 24), compression='gzip', shuffle=True)
print(json.dumps(path))`,
    options.access.path,
  );
  const program = `
    import { rmSync } from 'node:fs';
    import { RowFeed } from ${JSON.stringify(inRepository('dist/src/feed/rowFeed.js'))};
    import { openRowIndex } from ${JSON.stringify(inRepository('dist/src/store/hdf5/openRowIndex.js'))};
    console.log('begun');
    for (;;) {
      rmSync(${JSON.stringify(`${file}.index`)}, { force: true });
      const access = await openRowIndex(${JSON.stringify(file)}, 'input');
      const feed = new RowFeed({ ...${JSON.stringify(options)}, access });
      const requests = Array.from({ length: 8 }, (_, i) => ({ rows: Uint32Array.of(i, i + 40) }));
      for await (const _ of feed.batches(requests));
      await feed.close();
    }`;
  const straight = await withFeed(options, (feed) => collected(feed, 30));
  const random = createRandom('kills');
  for (let round = 0; round < 12; round++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await new Promise((done) => setTimeout(done, random.integer(150)));
    child.kill('SIGKILL');
    await once(child, 'exit');
    const access = await openRowIndex(file, 'input');
    assert.ok(!('because' in access), 'because' in access ? access.because : '');
    assert.deepEqual(await withFeed({ ...options, access }, (feed) => collected(feed, 30)), straight);
  }
  // The next program that writes an index sweeps up what they left of theirs.
  const left = besideOf(`${file}.index`).replace(`-${process.pid}-`, `-${2 ** 22 + 1}-`);
  writeFileSync(left, 'half');
  rmSync(`${file}.index`, { force: true });
  const next = `
    import { openRowIndex } from ${JSON.stringify(inRepository('dist/src/store/hdf5/openRowIndex.js'))};
    await openRowIndex(${JSON.stringify(file)}, 'input');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', next], { stdio: 'inherit' });
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  const names = readdirSync(dirname(file)).filter((name) => name.startsWith(basename(file)));
  assert.deepEqual(names.sort(), [basename(file), `${basename(file)}.index`]);
});
