import assert from 'node:assert/strict';
import { test } from 'node:test';
import { components, paintComponents, runsOf } from '../../src/lungs/components.js';
import { createRandom } from '../../src/random.js';
import type { Vector3 } from '../../src/volumes/voxels/volume.js';
import { runPython } from '../python.js';

function noise(size: Vector3, share: number): Uint8Array {
  const random = createRandom(`components ${size} ${share}`);
  return Uint8Array.from({ length: size[0] * size[1] * size[2] }, () => (random.uniform() < share ? 1 : 0));
}

function labelled(mask: Uint8Array, size: Vector3, neighbours: 6 | 26 = 6): number[] {
  const parts = components(runsOf(mask, size), neighbours);
  const labels = new Uint8Array(mask.length).fill(0);
  const wide = Array.from(labels, Number);
  for (let run = 0; run < parts.label.length; run++)
    wide.fill(parts.label[run]!, parts.first[run]!, parts.end[run]!);
  return wide;
}

test("components() equals scipy.ndimage.label, also in the labels' order, for sparse, dense and flat noise", () => {
  const cases = (
    [
      [[17, 13, 11], 0.03],
      [[17, 13, 11], 0.1],
      [[17, 13, 11], 0.32],
      [[23, 19, 9], 0.6],
      [[40, 1, 1], 0.5],
      [[1, 30, 7], 0.5],
      [[1, 1, 1], 1.1],
      [[31, 29, 1], 0.55],
      [[9, 8, 7], 0],
    ] as const
  ).map(([size, share]) => ({ size, mask: Array.from(noise(size, share)) }));
  const expected = runPython<number[][][]>(
    `import json, sys, numpy as np
from scipy import ndimage
print(json.dumps([[ndimage.label(np.array(c['mask']).reshape(c['size'][::-1]), shape)[0].ravel().tolist()
  for shape in (None, np.ones((3, 3, 3)))] for c in json.load(sys.stdin)]))`,
    cases,
  );
  for (const [i, { size, mask }] of cases.entries())
    for (const [k, neighbours] of ([6, 26] as const).entries())
      assert.deepEqual(
        labelled(Uint8Array.from(mask), size, neighbours),
        expected[i]![k],
        `${size}, ${neighbours} neighbours`,
      );
});

test('components() counts the voxels of each label, and paintComponents() sets those that are chosen', () => {
  const size: Vector3 = [12, 9, 8];
  const mask = noise(size, 0.4);
  const parts = components(runsOf(mask, size));
  const labels = labelled(mask, size);
  for (const [label, voxels] of parts.voxels.entries())
    if (label > 0) assert.equal(voxels, labels.filter((value) => value === label).length);
  const painted = mask.slice();
  paintComponents(painted, parts, (label) => (label === 2 ? 7 : undefined));
  assert.deepEqual(
    Array.from(painted),
    labels.map((label, at) => (label === 2 ? 7 : mask[at]!)),
  );
});

test('runsOf() takes the voxels of one value, and ends a run with its row', () => {
  const { first, end, rowStart } = runsOf(Uint8Array.from([1, 2, 2, 2, 2, 1, 0, 2, 0]), [3, 3, 1], 2);
  assert.deepEqual(
    [Array.from(first), Array.from(end)],
    [
      [1, 3, 7],
      [3, 5, 8],
    ],
  );
  assert.deepEqual(Array.from(rowStart), [0, 1, 2, 3]);
});
