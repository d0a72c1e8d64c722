import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iterating, type Resumption, resumed, waiting } from '../../src/kernel/cellAwaits.js';
import { type CellRun, currentCell, runInCell } from '../../src/kernel/cellContext.js';

const cellOf = (label: string): CellRun =>
  ({ label, interruption: new AbortController(), signalTaken: false, abandoned: false }) as CellRun;

test('resumed(): code that has waited is in its cell again, for as long as it runs without waiting', async () => {
  const cells = [cellOf('1'), cellOf('2')];
  const seen: (string | undefined)[] = [];
  const waits = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) {
      resumed(await waiting(new Promise((done) => setTimeout(done, 1))));
      seen.push(currentCell()?.label);
    }
  };
  await Promise.all(cells.map((cell) => runInCell(cell, waits)));
  assert.deepEqual(seen.sort(), ['1', '1', '1', '2', '2', '2']);
  await new Promise((done) => setTimeout(done, 5));
  assert.equal(currentCell(), undefined);
});

test('resumed(): what the promise rejects with is thrown, of an interrupted cell KeyboardInterrupt', async () => {
  const thrown = new RangeError('no');
  const waits = (awaited: unknown) => async (): Promise<unknown> => resumed(await waiting(awaited));
  await assert.rejects(runInCell(cellOf('1'), waits(Promise.reject(thrown))), (error) => error === thrown);
  assert.equal(await runInCell(cellOf('1'), waits(7)), 7);
  const cell = cellOf('2');
  const ending = runInCell(cell, waits(Promise.resolve(7)));
  cell.abandoned = true;
  await assert.rejects(ending, { name: 'KeyboardInterrupt' });
});

test('iterating(): values of asynchronous and plain iterables, what they throw, and an early end', async () => {
  const ended: string[] = [];
  async function* numbers(name: string, last: number) {
    try {
      for (let i = 1; i <= last; i++) yield i;
      if (last === 2) throw new RangeError('at the end');
    } finally {
      ended.push(name);
    }
  }
  const taken = async (steps: AsyncIterable<Resumption>, most = 9): Promise<unknown[]> => {
    const values: unknown[] = [];
    for await (const step of steps) if (values.push(resumed(step)) === most) break;
    return values;
  };
  assert.deepEqual(await taken(iterating(numbers('all', 3))), [1, 2, 3]);
  assert.deepEqual(await taken(iterating([Promise.resolve(1), 2])), [1, 2]);
  await assert.rejects(taken(iterating([Promise.reject(new RangeError('one of them'))])), /one of them/);
  assert.deepEqual(await taken(iterating(numbers('left', 3)), 1), [1]);
  await assert.rejects(taken(iterating(numbers('throws', 2))), /at the end/);
  assert.deepEqual(ended, ['all', 'left', 'throws']);
  assert.throws(() => iterating(5 as never)[Symbol.asyncIterator](), TypeError);
});

test('iterating(): an interrupt leaves the loop in order, so that the iterable can tidy up', async () => {
  const cell = cellOf('3');
  let isTidy = false;
  async function* endless() {
    try {
      for (;;) yield await new Promise((done) => setTimeout(done, 1));
    } finally {
      isTidy = true;
    }
  }
  const loop = runInCell(cell, async () => {
    for await (const step of iterating(endless())) resumed(step);
  });
  setTimeout(() => {
    cell.abandoned = true;
  }, 20);
  await assert.rejects(loop, { name: 'KeyboardInterrupt' });
  assert.equal(isTidy, true);
});

test('iterating(): the code behind a loop is in its cell, however the loop ends', async () => {
  const cell = cellOf('4');
  const soon = (): Promise<void> => new Promise((done) => setTimeout(done, 1));
  async function* two() {
    for (let i = 0; i < 2; i++) {
      await soon();
      yield i;
    }
  }
  const seen: (string | undefined)[] = [];
  await runInCell(cell, async () => {
    for await (const step of iterating(two())) resumed(step);
    seen.push(currentCell()?.label);
    for await (const step of iterating(two())) {
      resumed(step);
      break;
    }
    seen.push(currentCell()?.label);
  });
  assert.deepEqual(seen, ['4', '4']);
  await soon();
  assert.equal(currentCell(), undefined);
});

test('waiting(): interrupted code that catches its KeyboardInterrupt and tries again comes to rest', async () => {
  const cell = cellOf('5');
  cell.abandoned = true;
  let rounds = 0;
  void runInCell(cell, async () => {
    for (;;)
      try {
        resumed(await waiting(new Promise((done) => setImmediate(done))));
      } catch {
        rounds++;
      }
  });
  await new Promise((done) => setTimeout(done, 100));
  const before = rounds;
  await new Promise((done) => setTimeout(done, 50));
  assert.deepEqual([before, rounds], [100, 100]);
});
