import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PredictionPage, predictionPage } from '../../src/figures/predictionPage.js';

const PATCH = { dim: 8, slices: 8 };

/** 30 HU in the 27 voxels around the middle, but for one of 300 HU; -800 HU elsewhere. */
function patchHu(): Int16Array {
  const data = new Int16Array(8 ** 3).fill(-800);
  for (let z = 3; z <= 5; z++)
    for (let y = 3; y <= 5; y++) for (let x = 3; x <= 5; x++) data[(z * 8 + y) * 8 + x] = 30;
  data[(4 * 8 + 4) * 8 + 4] = 300;
  return data;
}

function pageOf(change: Partial<PredictionPage>): string {
  return predictionPage({
    scan: 'scan',
    volume: {
      data: new Int16Array(1000).fill(-800),
      size: [10, 10, 10],
      spacingMm: [1, 1, 1],
      originMm: [0, 0, 0],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    },
    marks: [{ centerWorldMm: [4, 5, 6], diameterMm: 7.25, probability: 0.9, patchHu: patchHu() }],
    patch: PATCH,
    lines: [],
    ...change,
  });
}

test('predictionPage() gives rank, probability, diameter, mean HU of the middle and place of each mark', () => {
  const [row] = /<tbody>(.*)<\/tbody>/s.exec(pageOf({}))!.slice(1);
  assert.equal(
    row,
    '<tr><td>1</td><td>0.900</td><td>7.3</td><td>40</td><td>4.0</td><td>5.0</td><td>6.0</td></tr>',
  );
});

test('predictionPage() says that nothing was marked, and escapes what data say', () => {
  const page = pageOf({ marks: [], scan: '<script>alert(1)</script>', lines: ['<img src=x>'] });
  assert.match(page, /No place in the lungs was marked/);
  assert.match(page, /Not a medical device/);
  assert.doesNotMatch(page, /<script|<img/);
});
