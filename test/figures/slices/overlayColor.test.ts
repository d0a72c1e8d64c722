import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overlayColors } from '../../../src/figures/slices/overlayColor.js';

test('overlayColors(): 0 is not seen, higher is redder and less transparent, up to the opacity', () => {
  const colors = overlayColors(0.6);
  const at = (step: number): number[] => [...colors.subarray(4 * step, 4 * step + 4)];
  assert.deepEqual(at(0)[3], 0);
  assert.deepEqual(at(255), [189, 0, 38, 153]);
  for (let step = 1; step < 256; step++) {
    const [before, now] = [at(step - 1), at(step)];
    assert.ok(now[1]! <= before[1]! && now[3]! >= before[3]!);
    assert.ok(now[0]! > now[2]!, 'never grey');
  }
  assert.ok(overlayColors(0).every((value, i) => i % 4 !== 3 || value === 0));
});
