import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differenceSlice } from '../../src/figures/slices/differenceSlice.js';
import { planeAxes } from '../../src/figures/slices/planeAxes.js';
import { sliceValues } from '../../src/figures/slices/slicePlane.js';
import { createRandom } from '../../src/random.js';
import type { Vector3, Volume } from '../../src/volumes/voxels/volume.js';
import { compareViewer } from '../../src/widgets/compareViewer.js';
import { randomGeometry } from '../volumes/randomGeometry.js';
import { openFrontSession } from './frontSession.js';

function volumeOf(seed: string, geometry = randomGeometry(createRandom(seed))): Volume {
  const random = createRandom(`${seed} voxels`);
  const [x, y, z] = geometry.size;
  return { ...geometry, data: Int16Array.from({ length: x * y * z }, () => random.integer(3000) - 1000) };
}

const int16 = (bytes: Uint8Array): number[] =>
  Array.from(new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)));

test('compareViewer() sends slices of either volume on its own grid, and the difference on the first one’s', () => {
  const front = openFrontSession();
  const first = volumeOf('first');
  const second = { ...volumeOf('second'), originMm: first.originMm };
  const { id } = front.show(
    compareViewer(first, second, { overlay: { volume: { ...first, data: first.data.map(() => 1) } } }),
  );
  for (const [of, volume] of [
    ['first', first],
    ['second', second],
    ['difference', first],
  ] as const) {
    const slices = [
      { plane: 'coronal', level: 2 },
      { plane: 'coronal', level: 999 },
    ];
    front.custom(id, { number: 3, slices, of });
    const { content, buffers } = front.lastCustom();
    assert.deepEqual(content, { number: 3, slices: slices.slice(0, 1), of });
    const axes = planeAxes(volume, 'coronal');
    const expected =
      of === 'difference' ? differenceSlice(first, second, axes, 2) : sliceValues(volume, axes, 2);
    assert.deepEqual(int16(buffers[0]!), Array.from(expected));
    assert.equal(buffers.length, of === 'difference' ? 1 : 2, 'the overlay lies over the volumes');
  }
});

test('compareViewer() keeps place and window for all, tells who listens, and takes no nonsense', () => {
  const front = openFrontSession();
  const [first, second] = [volumeOf('a'), volumeOf('b')];
  const viewer = compareViewer(first, second, { names: ['<b>raw', 'new'] });
  const { id, bundle } = front.show(viewer);
  const told: Vector3[] = [];
  viewer.onMove((positionMm) => told.push(positionMm));
  front.update(id, { positionMm: [1, 2, 3], plane: 'sagittal', rangeHu: 50, window: [0, 9] });
  for (const changes of [
    { positionMm: [1, 'x', 3] },
    { plane: 'x' },
    { rangeHu: 0 },
    { window: [9, 0] },
    { opacity: 0.5 },
    { scans: [] },
    { names: ['x', 'y'] },
  ])
    front.update(id, changes);
  assert.deepEqual([viewer.positionMm, viewer.window, told], [[1, 2, 3], { low: 0, high: 9 }, [[1, 2, 3]]]);
  viewer.positionMm = [4, 5, 6];
  assert.deepEqual(front.lastState(), { positionMm: [4, 5, 6] });
  const html = String(bundle['text/html']);
  assert.match(
    html,
    /^<img alt="&lt;b&gt;raw and new: [^"<]*" src="data:image\/svg\+xml,[\w%.~!*()'-]+"><script type="application\/json">/,
  );
  assert.ok(!html.includes('<b>raw'));
  assert.match(String(bundle['text/plain']), /^<b>raw and new: \d+ x \d+ x \d+ and \d+ x \d+ x \d+ voxels$/);
});

test('compareViewer() says what is wrong with a range, a plane, a volume', () => {
  const volume = volumeOf('wrong');
  for (const [make, said] of [
    [() => compareViewer(volume, volume, { rangeHu: 0 }), /from 1 to 5000 HU, received 0/],
    [() => compareViewer(volume, volume, { plane: 'x' as never }), /axial, coronal, sagittal, received x/],
    [() => compareViewer(volume, { ...volume, data: new Int16Array(3) }), /voxels, received 3/],
  ] as const)
    assert.throws(make, (error) => error instanceof RangeError && said.test(error.message));
});
