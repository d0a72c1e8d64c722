import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/random.js';
import { IntensityHistogram, normalisationOf } from '../../src/store/intensity.js';
import { runPython } from '../python.js';

const random = createRandom('intensity');
const voxels = Int16Array.from({ length: 10_007 }, (_, i) =>
  i < 5 ? [-32768, 32767, 0, -1, 1][i]! : Math.round(-600 + 400 * random.normal()),
);

test("IntensityHistogram has numpy's mean, standard deviation and percentiles, however the voxels come", () => {
  const whole = new IntensityHistogram();
  whole.add(voxels);
  const parts = new IntensityHistogram();
  parts.add(voxels.subarray(4000));
  parts.add(voxels.subarray(0, 4000));
  const percents = [0, 0.5, 1, 33.3, 50, 99.5, 100];
  const [mean, deviation, ...percentiles] = runPython<number[]>(
    'import json,sys,numpy as np\nv,p=json.load(sys.stdin)\nv=np.array(v,np.int16).astype(np.float64)\nprint(json.dumps([v.mean(),v.std(),*np.percentile(v,p)]))',
    [Array.from(voxels), percents],
  );
  assert.ok(Math.abs(whole.meanHu - mean!) < 1e-9 && Math.abs(whole.deviationHu - deviation!) < 1e-9);
  for (const [i, percent] of percents.entries())
    assert.ok(Math.abs(whole.percentileHu(percent) - percentiles[i]!) < 1e-9, `${percent} %`);
  assert.deepEqual([parts.meanHu, parts.deviationHu], [whole.meanHu, whole.deviationHu]);
});

test('normalisationOf() gives the two HU that become 0 and 1', () => {
  const histogram = new IntensityHistogram();
  histogram.add(Int16Array.of(-10, 0, 10, 20));
  assert.deepEqual(normalisationOf({ kind: 'window', lowHu: -1000, highHu: 400 }, histogram), {
    ...{ kind: 'window', lowHu: -1000, highHu: 400 },
  });
  assert.deepEqual(normalisationOf({ kind: 'zscore' }, histogram), {
    ...{ kind: 'zscore', lowHu: 5, highHu: 5 + Math.sqrt(125) },
  });
  assert.deepEqual(normalisationOf({ kind: 'percentile', lowPercent: 0, highPercent: 50 }, histogram), {
    ...{ kind: 'percentile', lowHu: -10, highHu: 5 },
  });
  for (const request of [{ kind: 'zscore' }, { kind: 'percentile', lowPercent: 1, highPercent: 99 }] as const)
    assert.deepEqual(normalisationOf(request, new IntensityHistogram()), {
      ...{ kind: request.kind, lowHu: 0, highHu: 1 },
    });
  const flat = new IntensityHistogram();
  flat.add(new Int16Array(9));
  assert.deepEqual(normalisationOf({ kind: 'zscore' }, flat), { kind: 'zscore', lowHu: 0, highHu: 1 });
});
