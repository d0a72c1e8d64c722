import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { test } from 'node:test';
import { EnvironmentError } from '../../src/errors.js';
import { flusherOf, named, writeAt } from '../../src/store/rowFile.js';

const MUCH = 2 ** 27;
const failure = Object.assign(new Error('EIO: i/o error'), { errno: -5, code: 'EIO' });

test('flusherOf() remembers a flush that failed: the system tells of it once', async () => {
  const answers = [Promise.reject(failure), Promise.resolve()];
  answers[0]!.catch(() => {});
  const file = { datasync: () => answers.shift()!, sync: () => Promise.resolve() };
  const flusher = flusherOf('p.hdf5', file);
  flusher.wrote(MUCH - 1);
  assert.equal(answers.length, 2, 'little waits');
  flusher.wrote(1);
  await new Promise(setImmediate);
  assert.throws(
    () => flusher.wrote(1),
    /^EnvironmentError: p\.hdf5 cannot be written \(i\/o error\): make room/,
  );
  await assert.rejects(flusher.finish(), EnvironmentError);
});

test('flusherOf() has one flush at a time, and ends with one of everything', async () => {
  const calls: string[] = [];
  let flushed = (): void => {};
  const file = {
    datasync: () => {
      calls.push('datasync');
      return new Promise<void>((done) => {
        flushed = done;
      });
    },
    sync: async () => void calls.push('sync'),
  };
  const flusher = flusherOf('p.hdf5', file);
  flusher.wrote(MUCH);
  flusher.wrote(MUCH);
  assert.deepEqual(calls, ['datasync']);
  const finished = flusher.finish();
  flushed();
  await finished;
  assert.deepEqual(calls, ['datasync', 'sync']);
});

test('writeAt() says what a full disk says', async () => {
  const file = await open('/dev/full', 'r+');
  try {
    await assert.rejects(
      named('p.hdf5', writeAt(file, new Int16Array(100), 4096)),
      /p\.hdf5 cannot be written \(no space left on device\): make room/,
    );
  } finally {
    await file.close();
  }
});
