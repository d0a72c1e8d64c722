import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EnvironmentError, InterruptedError } from '../src/errors.js';
import { inRepository } from '../src/paths.js';
import { runOnThreads } from '../src/threadPool.js';

const pool = JSON.stringify(inRepository('dist/src/threadPool.js'));
const squares = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { answerTasks } from ${pool.replace('"', '"file://')};
    answerTasks(async (n) => {
      if (n < 0) throw new RangeError('negative');
      if (n === 0) await new Promise(() => {});
      return n * n;
    });`)}`,
);
const work = {
  program: squares,
  threads: 2,
  nameOf: (n: number) => `number ${n}`,
  doing: 'squaring',
};

test('runOnThreads() hands every task to a thread and each result to onResult', async () => {
  const results: number[] = [];
  await runOnThreads<number, number>({ ...work, tasks: [1, 2, 3, 4, 5], onResult: (n) => results.push(n) });
  assert.deepEqual(
    results.sort((a, b) => a - b),
    [1, 4, 9, 16, 25],
  );
  await runOnThreads<number, number>({ ...work, tasks: [], onResult: () => assert.fail() });
});

test('runOnThreads() fails with the name of the task that failed, and with what onResult throws', async () => {
  await assert.rejects(
    runOnThreads<number, number>({ ...work, tasks: [1, -2, 3], onResult: () => {} }),
    (error) => error instanceof EnvironmentError && error.message === 'number -2: negative',
  );
  await assert.rejects(
    runOnThreads<number, number>({
      ...work,
      tasks: [1],
      onResult: () => {
        throw new Error('full');
      },
    }),
    /full/,
  );
});

test('runOnThreads() stops its threads when the signal aborts, also before the start', async () => {
  const controller = new AbortController();
  const running = runOnThreads<number, number>({
    ...work,
    tasks: [0],
    onResult: () => {},
    signal: controller.signal,
  });
  controller.abort();
  await assert.rejects(running, InterruptedError);
  await assert.rejects(
    runOnThreads<number, number>({ ...work, tasks: [1], onResult: () => {}, signal: controller.signal }),
    /interrupted while squaring/,
  );
});

test('runOnThreads() hands out nothing before `after` is done, and fails as it does', async () => {
  let isReady = false;
  const after = new Promise<void>((done) => setTimeout(done, 100)).then(() => {
    isReady = true;
  });
  for (const tasks of [[1, 2], []]) {
    await runOnThreads<number, number>({ ...work, tasks, after, onResult: () => assert.ok(isReady) });
    assert.ok(isReady);
    const failing = Promise.reject(new EnvironmentError('no place'));
    await assert.rejects(
      runOnThreads<number, number>({ ...work, tasks, after: failing, onResult: () => assert.fail() }),
      /no place/,
    );
  }
});
