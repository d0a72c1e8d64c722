import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patchMontage } from '../../src/figures/patchMontage.js';

test('patchMontage() shows the slice of the candidate of each patch, framed by class, captions escaped', () => {
  const dataHu = new Int16Array(2 * 2 * 4).fill(-1000);
  dataHu.fill(400, 8, 12);
  const patches = [0, 1, 1].map((label, i) => ({ dataHu, class: label, caption: `<${i}>` }));
  const svg = patchMontage('three', patches, { dim: 2, slices: 4 }, { columns: 2, edge: 10 }).svg();
  assert.equal(svg.match(/<image /g)?.length, 3);
  assert.equal(svg.match(/stroke="#e69f00"/g)?.length, 2);
  assert.ok(svg.includes('&lt;2&gt;'));
  const picture = patchMontage('', [{ dataHu, class: 1 }], { dim: 2, slices: 4 }, { slice: 0 }).svg();
  assert.notEqual(picture.match(/base64,([^"]+)/)?.[1], svg.match(/base64,([^"]+)/)?.[1]);
});
