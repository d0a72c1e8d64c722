import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endlessPasses } from '../../src/feed/passes.js';

const rows = Uint32Array.from({ length: 12 }, (_, i) => 5 * i);

test('endlessPasses() has every row once a pass, in another order each, whichever item is asked first', () => {
  const item = endlessPasses(rows, 'a');
  const drawn = Array.from({ length: 36 }, (_, k) => item(k));
  for (const pass of [0, 12, 24])
    assert.deepEqual(
      drawn.slice(pass, pass + 12).sort((a, b) => a - b),
      [...rows],
    );
  assert.notDeepEqual(drawn.slice(0, 12), drawn.slice(12, 24));
  const backwards = endlessPasses(rows, 'a');
  for (let k = 35; k >= 0; k--) assert.equal(backwards(k), drawn[k]);
  assert.notEqual(
    String(drawn.slice(0, 12)),
    String(Array.from({ length: 12 }, (_, k) => endlessPasses(rows, 'b')(k))),
  );
});
