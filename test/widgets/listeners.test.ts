import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CellRun, currentCell, runInCell, thrownIn } from '../../src/kernel/cells/cellContext.js';
import { createListeners } from '../../src/widgets/listeners.js';

test('createListeners() tells each listener until it is taken away', () => {
  const listeners = createListeners<number>();
  const seen: number[] = [];
  const stop = listeners.add((value) => seen.push(value));
  listeners.tell(1);
  stop();
  listeners.tell(2);
  assert.deepEqual(seen, [1]);
});

test('a loop gets the newest value, skips those between, and ends with end()', async () => {
  const listeners = createListeners<number>();
  const seen: number[] = [];
  const loop = (async () => {
    for await (const value of listeners) {
      seen.push(value);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  await new Promise((resolve) => setImmediate(resolve));
  for (const value of [1, 2, 3]) listeners.tell(value);
  await new Promise((resolve) => setTimeout(resolve, 20));
  listeners.tell(4);
  listeners.end();
  await loop;
  assert.deepEqual(seen, [3, 4]);
  for await (const value of listeners) assert.fail(`a loop after the end got ${value}`);
});

test('createListeners() tells all, also behind one that fails, each in the cell that set it', () => {
  const listeners = createListeners<number>();
  const [first, second] = [{ label: '1' } as CellRun, { label: '2' } as CellRun];
  const seen: unknown[] = [];
  runInCell(first, () =>
    listeners.add(() => {
      throw new RangeError('in the first');
    }),
  );
  runInCell(second, () => listeners.add((value) => seen.push([currentCell(), value])));
  let error: unknown;
  try {
    runInCell(second, () => listeners.tell(5));
  } catch (thrown) {
    error = thrown;
  }
  assert.deepEqual(seen, [[second, 5]]);
  assert.match(String(error), /in the first/);
  assert.equal(thrownIn(error), first);
});
