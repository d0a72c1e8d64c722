import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iterating, type Resumption, resumed, waiting } from '../../../src/kernel/cells/cellAwaits.js';
import {
  type CellRun,
  createRun,
  currentCell,
  runInCell,
  stopRun,
} from '../../../src/kernel/cells/cellContext.js';
import type { Message } from '../../../src/kernel/wire/protocol.js';

const cellOf = (label: string): CellRun => createRun({} as Message, label);

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
  stopRun(cell);
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
  setTimeout(() => stopRun(cell), 20);
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

test('waiting(): an interrupt ends the wait for what never comes, and code that tidies up may wait again', async () => {
  const cell = cellOf('5');
  const seen: string[] = [];
  const tidy = runInCell(cell, async () => {
    try {
      resumed(await waiting(new Promise(() => {})));
    } catch (error) {
      seen.push((error as Error).name);
    } finally {
      seen.push(String(resumed(await waiting(new Promise((done) => setTimeout(done, 5, 'tidy'))))));
    }
  });
  setTimeout(() => stopRun(cell), 5);
  await tidy;
  assert.deepEqual(seen, ['KeyboardInterrupt', 'tidy']);
  assert.equal(cell.waits.size, 0);
});

test('iterating(): a loop over what never answers ends, also where the iterator does not', async () => {
  const cell = cellOf('6');
  const stuck = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => {}),
      return: () => new Promise(() => {}),
    }),
  };
  const loop = runInCell(cell, async () => {
    for await (const step of iterating(stuck as AsyncIterable<unknown>)) resumed(step);
  });
  setTimeout(() => stopRun(cell), 5);
  const from = Date.now();
  await assert.rejects(loop, { name: 'KeyboardInterrupt' });
  assert.ok(Date.now() - from < 1500);
});

test('waiting(): code of an abandoned cell that tries again and again comes to rest', async () => {
  const cell = cellOf('7');
  let rounds = 0;
  void runInCell(cell, async () => {
    for (;;)
      try {
        resumed(await waiting(new Promise((done) => setImmediate(done))));
        rounds++;
      } catch {
        rounds++;
      }
  });
  await new Promise((done) => setTimeout(done, 20));
  stopRun(cell);
  const stopped = rounds;
  await new Promise((done) => setTimeout(done, 20));
  assert.ok(rounds > stopped, 'it refuses the first stop');
  cell.abandoned = true;
  await new Promise((done) => setTimeout(done, 20));
  const before = rounds;
  await new Promise((done) => setTimeout(done, 50));
  assert.equal(rounds, before);
});
