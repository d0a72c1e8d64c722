import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyTone, drawTone, hasTone, inverseTone } from '../../../src/feed/augment/tone.js';
import { createRandom } from '../../../src/random.js';
import { runPython } from '../../python.js';

const windowHu = { low: -1000, high: 400 };
const values = Int16Array.from({ length: 4000 }, (_, i) => i - 1500);

test("applyTone() equals numpy's float64 within half a HU: factor, shift, gamma, all together", () => {
  const tones = [
    { factor: 1.1, shiftHu: 0, gamma: 1, windowHu },
    { factor: 1, shiftHu: -17.3, gamma: 1, windowHu },
    { factor: 1, shiftHu: 0, gamma: 0.8, windowHu },
    { factor: 0.93, shiftHu: 12.5, gamma: 1.25, windowHu: { low: -700, high: 200 } },
  ];
  const expected = runPython<number[][]>(
    `import json, sys, numpy as np
hu = np.arange(-1500, 2500).astype(float)
def toned(t):
    low, high = t['windowHu']['low'], t['windowHu']['high']
    v = (hu + 1000) * t['factor'] - 1000 + t['shiftHu']
    inside = (v > low) & (v < high)
    u = np.where(inside, (v - low) / (high - low), 0)
    return np.where(inside, low + (high - low) * u ** t['gamma'], v).tolist()
print(json.dumps([toned(t) for t in json.load(sys.stdin)]))`,
    tones,
  );
  for (const [i, tone] of tones.entries()) {
    const into = values.slice();
    applyTone(into, 1, values.length - 2, tone);
    assert.equal(into[0], values[0]);
    assert.equal(into.at(-1), values.at(-1));
    for (let at = 1; at < values.length - 1; at++)
      assert.ok(Math.abs(into[at]! - expected[i]![at]!) <= 0.5 + 1e-9, `tone ${i}, ${values[at]} HU`);
  }
});

test('inverseTone() gives every value of the window back within 2 HU, and clamps at the ends of int16', () => {
  const tone = { factor: 1.08, shiftHu: 15, gamma: 0.9, windowHu };
  const into = values.slice();
  applyTone(into, 0, into.length, tone);
  applyTone(into, 0, into.length, inverseTone(tone));
  for (const [i, hu] of values.entries()) assert.ok(Math.abs(into[i]! - hu) <= 2, `${hu} became ${into[i]}`);
  const high = Int16Array.of(32767, -32768);
  applyTone(high, 0, 2, { ...tone, factor: 1.5, gamma: 1 });
  assert.deepEqual([...high], [32767, -32768]);
});

test('drawTone() stays within the plan', () => {
  const plan = { intensityShift: 20, intensityScale: [0.9, 1.1], gamma: [0.8, 1.25] } as const;
  assert.ok(hasTone(plan) && !hasTone({ noise: 3 }));
  const random = createRandom(4);
  for (let i = 0; i < 200; i++) {
    const { factor, shiftHu, gamma } = drawTone(plan, random);
    assert.ok(factor >= 0.9 && factor < 1.1 && Math.abs(shiftHu) <= 20 && gamma >= 0.8 && gamma < 1.25);
  }
});
