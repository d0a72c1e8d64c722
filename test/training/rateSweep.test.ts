import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { RateSweep, ratesOf } from '../../src/training/rateSweep.js';
import { runPython } from '../python.js';

/** Losses as of a network: noise, then a fall around a rate of 1e-3, then a rise above 0.1. */
function losses(rates: readonly number[]): number[] {
  const random = createRandom('sweep');
  return rates.map(
    (rate) =>
      0.2 +
      0.5 / (1 + (rate / 1e-3) ** 1.5) +
      40 * Math.max(0, rate - 0.1) ** 2 +
      random.between(-0.02, 0.02),
  );
}

test("ratesOf(), running means and the suggested rate are those of numpy's geomspace, average and polyfit", () => {
  const rates = ratesOf(1e-6, 1, 100);
  const given = losses(rates);
  const sweep = new RateSweep();
  let tried = 0;
  for (const [i, rate] of rates.entries()) {
    tried++;
    if (sweep.add(rate, given[i]!)) break;
  }
  assert.ok(tried > 80 && tried < 100, `it ends at the rise, after ${tried}`);
  const expected = runPython<{ rates: number[]; smoothed: number[]; suggested: number }>(
    `import json, sys, numpy as np
losses = np.array(json.load(sys.stdin))
rates = np.geomspace(1e-6, 1, 100)[:len(losses)]
weights = lambda n: 0.9 ** np.arange(n)[::-1]
smoothed = np.array([np.average(losses[:n], weights=weights(n)) for n in range(1, len(losses) + 1)])
end = 10 + smoothed[10:].argmin() + 1
x, y = np.log10(rates[10:end]), losses[10:end]
whole = [c for c in x if c - 0.5 >= x[0] - 1e-9 and c + 0.5 <= x[-1] + 1e-9]
slopes = [np.polyfit(x[abs(x - c) <= 0.5 + 1e-9], y[abs(x - c) <= 0.5 + 1e-9], 1)[0] for c in whole]
print(json.dumps({'rates': rates.tolist(), 'smoothed': smoothed.tolist(), 'suggested': float(10 ** whole[int(np.argmin(slopes))])}))`,
    given.slice(0, tried),
  );
  for (const [i, { learningRate, smoothed }] of sweep.steps.entries()) {
    assert.ok(Math.abs(learningRate / expected.rates[i]! - 1) < 1e-12);
    assert.ok(Math.abs(smoothed / expected.smoothed[i]! - 1) < 1e-12);
  }
  assert.ok(Math.abs(sweep.suggested! / expected.suggested - 1) < 1e-9);
  assert.ok(sweep.suggested! > 3e-4 && sweep.suggested! < 1e-2, `${sweep.suggested}`);
});

test('RateSweep suggests nothing where the loss does not fall, and ends at a loss that is no number', () => {
  const flat = new RateSweep();
  for (const rate of ratesOf(1e-6, 1, 50)) assert.equal(flat.add(rate, 0.7), false);
  assert.equal(flat.suggested, null);
  const rising = new RateSweep();
  for (const [i, rate] of ratesOf(1e-6, 1, 20).entries()) rising.add(rate, 0.7 + 0.01 * i);
  assert.equal(rising.suggested, null);
  assert.equal(rising.add(1, Number.NaN), true);
  assert.equal(rising.steps.length, 20);
  assert.equal(new RateSweep().suggested, null);
});
