import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BALANCED } from '../../src/config/samplingSettings.js';
import { orderOf } from '../../src/feed/orderOf.js';

const rows = {
  positives: Uint32Array.from([0, 1, 2, 3]),
  negatives: Uint32Array.from({ length: 36 }, (_, i) => 10 + i),
};
const hardest = { epoch: 1, rows: [40], probabilities: [0.5] };

test('orderOf() gives the shares of classes that the sampling names', () => {
  const positivesOf = (kind: 'balanced' | 'natural' | 'weighted'): [number, number] => {
    const order = orderOf({ ...BALANCED, kind, positiveShare: 0.2 }, rows, 10, 1);
    const drawn = Array.from({ length: order.stepsPerEpoch }, (_, step) => [...order.rowsOf(step)]).flat();
    return [drawn.length, drawn.filter((row) => row < 10).length];
  };
  assert.deepEqual(positivesOf('balanced'), [40, 20]);
  assert.deepEqual(positivesOf('weighted'), [40, 8]);
  assert.deepEqual(positivesOf('natural'), [40, 4]);
});

test('orderOf() draws from the hardest where they are wanted and known, and refuses them with natural', () => {
  const sampling = { ...BALANCED, hardNegatives: 1 };
  const negativesOf = (...more: [typeof hardest] | []): Set<number> =>
    new Set([...orderOf(sampling, rows, 10, 1, ...more).rowsOf(4)].filter((row) => row >= 10));
  assert.deepEqual(negativesOf(hardest), new Set([40]));
  assert.ok(negativesOf().size === 5);
  assert.deepEqual(
    [...orderOf(BALANCED, rows, 10, 1, hardest).rowsOf(4)],
    [...orderOf(BALANCED, rows, 10, 1).rowsOf(4)],
  );
  assert.throws(() => orderOf({ ...sampling, kind: 'natural' }, rows, 10, 1), /expected HARD_NEGATIVES 0/i);
});
