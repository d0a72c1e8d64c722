import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planeAxes } from '../../src/figures/slices/planeAxes.js';
import { sliceValues } from '../../src/figures/slices/slicePlane.js';
import { createRandom } from '../../src/random.js';
import { voxelToWorld } from '../../src/volumes/voxels/geometry.js';
import type { Vector3, Volume } from '../../src/volumes/voxels/volume.js';
import { sliceViewer } from '../../src/widgets/sliceViewer.js';
import type { ViewerScan } from '../../src/widgets/viewerState.js';
import { runPython } from '../python.js';
import { randomGeometry } from '../volumes/randomGeometry.js';
import { openFrontSession } from './frontSession.js';

function volumeOf(seed: string): Volume {
  const random = createRandom(seed);
  const geometry = randomGeometry(random);
  const [x, y, z] = geometry.size;
  return { ...geometry, data: Int16Array.from({ length: x * y * z }, () => random.integer(3000) - 1000) };
}

/** The picture that stands for a viewer where no script runs. */
const pictureOf = (bundle: Record<string, unknown>): string =>
  decodeURIComponent(/ src="([^"]*)"/.exec(String(bundle['text/html']))![1]!);

const int16 = (bytes: Uint8Array): number[] =>
  Array.from(new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)));

test('sliceViewer() keeps the voxels, and sends the slices that the page asks for as int16 HU', () => {
  const front = openFrontSession();
  const volume = volumeOf('viewer');
  const { id } = front.show(sliceViewer(volume));
  const opened = JSON.stringify(front.published[0]?.content);
  assert.ok(opened.length < 100_000 && front.published.every(({ buffers }) => buffers.length === 0));
  const slices = [
    { plane: 'axial', level: 1 },
    { plane: 'sagittal', level: 2 },
    { plane: 'sagittal', level: 999 },
    { plane: 'nonsense', level: 0 },
  ];
  front.custom(id, { number: 7, slices });
  const { content, buffers } = front.lastCustom();
  assert.deepEqual(content, { number: 7, slices: slices.slice(0, 2) });
  for (const [index, name] of (['axial', 'sagittal'] as const).entries())
    assert.deepEqual(
      int16(buffers[index]!),
      Array.from(sliceValues(volume, planeAxes(volume, name), index + 1)),
    );
});

test('sliceViewer() sends what lies over the slices, a byte a pixel, behind them; the page sets its opacity', () => {
  const front = openFrontSession();
  const volume = volumeOf('overlaid');
  const overlay = { ...volume, data: Float32Array.from(volume.data, (hu) => (hu + 1000) / 3000) };
  const { id, bundle } = front.show(sliceViewer(volume, { overlay: { volume: overlay, opacity: 0.4 } }));
  assert.equal(front.lastState().opacity, 0.4);
  const pictures = pictureOf(bundle).match(/<image /g)!;
  assert.equal(pictures.length, 6, 'the picture has it, too');
  const slices = (['coronal', 'axial'] as const).map((plane) => ({ plane, level: 2 }));
  front.custom(id, { number: 1, slices });
  const { content, buffers } = front.lastCustom();
  assert.deepEqual([content, buffers.length], [{ number: 1, slices }, 4]);
  for (const [index, { plane }] of slices.entries()) {
    const axes = planeAxes(volume, plane);
    assert.deepEqual(int16(buffers[index]!), Array.from(sliceValues(volume, axes, 2)));
    // On the same grid: the overlay's own values.
    const expected = Uint8Array.from(sliceValues(overlay, axes, 2), (value) => Math.round(255 * value));
    for (const [pixel, value] of buffers[2 + index]!.entries())
      assert.ok(Math.abs(value - expected[pixel]!) <= 1, `${plane} ${pixel}`);
  }
  for (const opacity of [1.5, -1, 'x', null]) front.update(id, { opacity });
  assert.equal(front.lastState().opacity, 0.4);
  front.update(id, { opacity: 0 });
  assert.equal(front.lastState().opacity, 0);
  const { id: without } = front.show(sliceViewer(volume));
  front.update(without, { opacity: 0.3 });
  assert.equal(front.lastState().opacity, undefined, 'there is nothing to be seen through');
  assert.throws(
    () => sliceViewer(volume, { overlay: { volume: overlay, opacity: 2 } }),
    /opacity of the overlay/,
  );
});

test('sliceViewer() sends float volumes in whole HU, clipped to int16', () => {
  const front = openFrontSession();
  const data = Float32Array.of(-40_000, -1.6, 12.4, 99_999);
  const volume: Volume = {
    ...volumeOf('float'),
    size: [2, 2, 1],
    data,
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
  const { id } = front.show(sliceViewer(volume));
  front.custom(id, { number: 1, slices: [{ plane: 'axial', level: 0 }] });
  assert.deepEqual(int16(front.lastCustom().buffers[0]!), [-32_768, -2, 12, 32_767]);
});

test('the crosshair of sliceViewer() is where SimpleITK says, for turned and anisotropic scans', () => {
  const front = openFrontSession();
  for (let i = 0; i < 6; i++) {
    const volume = volumeOf(`crosshair ${i}`);
    const viewer = sliceViewer(volume);
    const { id } = front.show(viewer);
    const voxel: Vector3 = [1, 3, 5];
    const told: Vector3[] = [];
    viewer.onMove((positionMm) => told.push(positionMm));
    front.update(id, { voxel });
    const expected = runPython<{ world: number[]; hu: number }>(PROGRAM, {
      ...volume,
      data: Array.from(volume.data),
      voxel,
    });
    for (const positionMm of [viewer.positionMm, told[0]!])
      for (const axis of [0, 1, 2] as const)
        assert.ok(Math.abs(positionMm[axis] - expected.world[axis]!) < 1e-6);
    assert.equal(viewer.valueHu, expected.hu);
    viewer.positionMm = voxelToWorld(volume, [4.2, 5.4, 6.6]);
    assert.deepEqual(front.lastState().voxel, [4, 5, 7]);
  }
});

test('sliceViewer() takes the marks of a detector as they are: it starts at the first, and all are as nodules', () => {
  const front = openFrontSession();
  const volume = volumeOf('found');
  const found = [
    { centerWorldMm: voxelToWorld(volume, [3, 2, 1]), diameterMm: 5, score: 2 },
    { centerWorldMm: voxelToWorld(volume, [1, 1, 1]), diameterMm: 4, score: 1 },
  ];
  front.show(sliceViewer(volume, { marks: found }));
  assert.deepEqual(front.lastState().voxel, [3, 2, 1]);
  const { markers } = front.lastState().scan as ViewerScan;
  assert.deepEqual(
    markers.map(({ label, class: shownAs }) => [label, shownAs]),
    [
      ['mark 1', 1],
      ['mark 2', 1],
    ],
  );
});

test('sliceViewer() starts at the first nodule, with its marks as voxels, and takes no nonsense', () => {
  const front = openFrontSession();
  const volume = volumeOf('marks');
  const marks = [
    { centerWorldMm: voxelToWorld(volume, [1, 1, 1]), class: 0 },
    { centerWorldMm: voxelToWorld(volume, [2, 3, 4]), class: 1 },
  ];
  const viewer = sliceViewer(volume, { marks, title: '<img onerror=x>' });
  const { id, bundle } = front.show(viewer);
  assert.deepEqual(front.lastState().voxel, [2, 3, 4]);
  const { markers } = front.lastState().scan as ViewerScan;
  assert.deepEqual(
    markers.map(({ label, voxel }) => [label, voxel.map((index) => Math.round(index))]),
    [
      ['other 1', [1, 1, 1]],
      ['nodule 2', [2, 3, 4]],
    ],
  );
  const html = String(bundle['text/html']);
  // The picture, and behind it the data and the script of a saved page's viewer.
  const [image, data, ...rest] = html.split(/<script[^>]*>/);
  assert.match(
    image!,
    /^<img alt="&lt;img onerror=x&gt;: [^"<]*" src="data:image\/svg\+xml,[\w%.~!*()'-]+">$/,
  );
  assert.ok(
    data!.includes('"title":"\\u003cimg onerror=x>"') && !data!.replace('</script>', '').includes('<'),
  );
  assert.equal(rest.length, 1);
  for (const voxel of [[-1, 0, 0], [0.5, 0, 0], 'x', [0, 0]]) front.update(id, { voxel });
  for (const window of [[5, 5], [Number.NaN, 1], 'x']) front.update(id, { window });
  assert.deepEqual(viewer.window, { low: -1350, high: 150 });
  assert.throws(() => {
    viewer.window = { low: 5, high: 1 };
  }, /low below high, received 5 to 1 HU/);
  assert.throws(() => sliceViewer({ ...volume, data: new Int16Array(3) }), /voxels, received 3/);
});

test('sliceViewer() shows a patch without letters when nobody knows its direction', () => {
  const front = openFrontSession();
  const patch = { dataHu: new Int16Array(512), format: { dim: 8, slices: 8, spacingMm: [1, 1, 1] as const } };
  const { bundle } = front.show(sliceViewer(patch));
  const picture = pictureOf(bundle);
  assert.match(picture, /<image width="240" height="240"/, 'large enough to be seen');
  assert.match(picture, />x, y</);
  assert.doesNotMatch(picture, />[RLAPSI]<\/text>/);
  assert.equal((front.lastState().scan as ViewerScan).oriented, false);
  front.show(sliceViewer({ ...patch, direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] }));
  assert.equal((front.lastState().scan as ViewerScan).oriented, true);
});

const PROGRAM = `
import json, sys
import numpy as np, SimpleITK as sitk
q = json.load(sys.stdin)
x, y, z = q['size']
image = sitk.GetImageFromArray(np.array(q['data'], np.int16).reshape(z, y, x))
image.SetSpacing(q['spacingMm']); image.SetOrigin(q['originMm']); image.SetDirection(q['direction'])
print(json.dumps(dict(world=image.TransformIndexToPhysicalPoint(q['voxel']), hu=image[tuple(q['voxel'])])))
`;

test('sliceViewer() says what is wrong with a volume, a window, a place', () => {
  const volume = volumeOf('bad');
  const nowhere: Vector3 = [Number.NaN, 0, 0];
  const viewer = sliceViewer(volume);
  for (const [make, said] of [
    [() => sliceViewer({ ...volume, size: [0, 4, 4], data: new Int16Array() }), /one voxel .* 0 x 4 x 4/],
    [() => sliceViewer({ ...volume, spacingMm: [0, 1, 1] }), /spacing above 0 mm .* 0, 1, 1/],
    [() => sliceViewer(volume, { window: { low: 5, high: 5 } }), /low below high, received 5 to 5/],
    [() => sliceViewer(volume, { throughWorldMm: nowhere }), /as position, received NaN, 0, 0/],
    [() => sliceViewer(volume, { marks: [{ centerWorldMm: nowhere, class: 0 }] }), /center of mark 1/],
    [() => Object.assign(viewer, { positionMm: nowhere }), /as position, received NaN, 0, 0/],
  ] as const)
    assert.throws(make, (error) => error instanceof RangeError && said.test(error.message));
});

test('sliceViewer() lets a page change crosshair and window, nothing else', () => {
  const front = openFrontSession();
  const { id } = front.show(sliceViewer(volumeOf('page')));
  front.update(id, { still: '"><img src=x onerror=alert(1)>', window: [0, 9], voxel: [-1, 0, 0] });
  const { still, window, voxel } = front.lastState();
  assert.match(String(still), /^data:image/);
  assert.deepEqual(window, [0, 9]);
  assert.notDeepEqual(voxel, [-1, 0, 0]);
});

test('sliceViewer() shows a title that was cut in the middle of a character', () => {
  const { bundle } = openFrontSession().show(sliceViewer(volumeOf('cut'), { title: 'lung \ud83e' }));
  assert.match(String(bundle['text/html']), /^<img alt="lung : /);
});
