import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CellRun, runInCell } from '../../src/kernel/cells/cellContext.js';
import { createRandom } from '../../src/random.js';
import { voxelToWorld } from '../../src/volumes/voxels/geometry.js';
import type { Vector3, Volume } from '../../src/volumes/voxels/volume.js';
import type { Camera } from '../../src/widgets/volumeCamera.js';
import type { VolumeScan, VolumeViewState } from '../../src/widgets/volumeState.js';
import { volumeView } from '../../src/widgets/volumeView.js';
import { randomGeometry } from '../volumes/randomGeometry.js';
import { openFrontSession } from './frontSession.js';

function volumeOf(seed: string): Volume {
  const random = createRandom(seed);
  const geometry = randomGeometry(random);
  const [x, y, z] = geometry.size;
  return { ...geometry, data: Int16Array.from({ length: x * y * z }, () => random.integer(3000) - 1000) };
}

const int16 = (bytes: Uint8Array): number[] =>
  Array.from(new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)));

test('volumeView() sends its voxels only when a page asks, as int16, and the mask as bytes', () => {
  const front = openFrontSession();
  const random = createRandom('large');
  // Two parts: 8 slices and 5.
  const size = [700, 700, 13] as const;
  const plane = 700 * 700;
  const data = Float32Array.from({ length: plane * 13 }, () => random.between(-1000, 2000));
  data[0] = -40_000;
  const mask = Uint8Array.from(data, (_, at) => at % 2);
  const geometry = {
    size,
    spacingMm: [1, 1, 1],
    originMm: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  } as const;
  const { id, bundle } = front.show(volumeView({ ...geometry, data }, { mask }));
  assert.ok(
    front.published.every(({ buffers }) => buffers.length === 0),
    'nothing travels with the state',
  );
  assert.ok(JSON.stringify(bundle).length < 3e6);
  front.custom(id, { parts: [1, 7, -1, 'x'] });
  const { content, buffers } = front.lastCustom();
  assert.deepEqual(content, { parts: [1] });
  const first = 8 * plane;
  // + 0: of two zeros the rounded one may be negative.
  const expected = Array.from(data.subarray(first), (value) => Math.round(value) + 0);
  assert.deepEqual(int16(buffers[0]!), expected);
  assert.deepEqual(buffers[1], mask.subarray(first));
  front.custom(id, { parts: [0] });
  assert.equal(int16(front.lastCustom().buffers[0]!)[0], -32_768);
});

test('volumeView() takes what a page may change, and nothing else', () => {
  const front = openFrontSession();
  const volume = volumeOf('page');
  const view = volumeView(volume, { mode: 'slab', thicknessMm: 6 });
  const { id } = front.show(view);
  const state = (): VolumeViewState => front.lastState() as unknown as VolumeViewState;
  const { camera, windows } = state();
  const bad: readonly Record<string, unknown>[] = [
    ...[
      { mode: 'x' },
      { windows: { render: [1, 2] } },
      { thicknessMm: -1 },
      { mask: 'alone' },
      { rings: 'x' },
    ],
    ...[{ camera: { ...camera, zoom: 0 } }, { camera: { ...camera, right: camera.up } }, { camera: 7 }],
    ...[
      { cut: { normal: [0, 0, 0], atMm: 1 } },
      { cut: { normal: [1, 0, 0] } },
      { scan: {} },
      { key: 'other' },
    ],
    { still: '"><img src=x onerror=alert(1)>' },
  ];
  for (const changes of bad) {
    front.update(id, changes as never);
    for (const [key, value] of Object.entries(changes))
      assert.notDeepEqual(front.lastState()[key], value, JSON.stringify(changes));
  }
  assert.equal(view.mode, 'slab');
  front.update(id, { camera: { ...camera, right: [2, 0, 0], up: [0.5, 0, 3], zoom: 2 } } as never);
  assert.deepEqual(
    [state().camera.right, state().camera.up],
    [
      [1, 0, 0],
      [0, 0, 1],
    ],
    'made orthonormal',
  );
  front.update(id, { cut: { normal: [0, 1, 0], atMm: 3 }, windows: { ...windows, slab: [-5, 5] } } as never);
  assert.deepEqual(view.window, { low: -5, high: 5 });
  const told: Vector3[] = [];
  view.onPick((positionMm) => told.push(positionMm));
  front.custom(id, { pickedMm: [1, 2, 3] });
  front.custom(id, { pickedMm: [1, 2, 'x'] });
  assert.deepEqual(told, [[1, 2, 3]]);
});

test('the cell that runs again starts from where its reader looked, another one from the front', () => {
  const front = openFrontSession();
  const volume = volumeOf('again');
  const runOf = (cellId: string): CellRun =>
    ({ request: { metadata: { cellId } }, stops: 0 }) as unknown as CellRun;
  const shown = (cell: string) => runInCell(runOf(cell), () => front.show(volumeView(volume)));
  const camera = (): Camera => front.lastState().camera as unknown as Camera;
  const opened = (): Camera =>
    (
      front.published.filter(({ type }) => type === 'comm_open').at(-1)!.content.data as {
        state: { camera: Camera };
      }
    ).state.camera;
  const { id } = shown('cell a');
  front.update(id, { camera: { ...opened(), right: [0, 1, 0], zoom: 3 } } as never);
  const turnedTo = camera();
  assert.equal(turnedTo.zoom, 3);
  shown('cell a');
  assert.deepEqual(opened(), turnedTo);
  shown('cell b');
  assert.deepEqual([opened().right, opened().zoom], [[1, 0, 0], 1]);
});

test('volumeView() has marks as voxels, and without a page a picture of three projections with rings and letters', () => {
  const front = openFrontSession();
  const volume: Volume = { ...volumeOf('marks'), direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] };
  const marks = [
    { centerWorldMm: voxelToWorld(volume, [1, 2, 3]), class: 1 },
    { centerWorldMm: voxelToWorld(volume, [6, 5, 4]), class: 0 },
  ];
  const { bundle } = front.show(
    volumeView(volume, { marks, title: '<img onerror=x>', mask: new Uint8Array(volume.data.length).fill(1) }),
  );
  const scan = front.lastState().scan as unknown as VolumeScan | undefined;
  const opened = front.published.find(({ type }) => type === 'comm_open')!.content.data as {
    state: { scan: VolumeScan };
  };
  const { markers } = scan ?? opened.state.scan;
  assert.deepEqual(
    markers.map(({ label, voxel }) => [label, voxel.map((index) => Math.round(index))]),
    [
      ['nodule 1', [1, 2, 3]],
      ['other 2', [6, 5, 4]],
    ],
  );
  const html = String(bundle['text/html']);
  assert.match(html, /^<img alt="&lt;img onerror=x&gt;: [^"<]*" src="data:image\/svg\+xml,[\w%.~!*()'-]+">/);
  const picture = decodeURIComponent(/ src="data:image\/svg\+xml,([^"]*)"/.exec(html)![1]!);
  assert.equal(picture.match(/<image /g)!.length, 3);
  assert.ok(Number(/ width="([\d.]+)"/.exec(picture)![1]) >= 900, 'large enough to read');
  assert.match(picture, /&lt;img onerror=x&gt;, highest values within the mask/);
  assert.equal(picture.match(/<circle /g)!.length, 6, 'every mark in every projection');
  for (const letter of ['L', 'R', 'A', 'P', 'S', 'I']) assert.ok(picture.includes(`>${letter}</text>`));
  assert.match(String(bundle['text/plain']), /^<img onerror=x>: \d+ x \d+ x \d+ voxels$/);
});

test('volumeView() says what is wrong with a mask, a mode, a slab, a window, a place', () => {
  const volume = volumeOf('wrong');
  const view = volumeView(volume);
  for (const [make, said] of [
    [() => volumeView(volume, { mask: new Uint8Array(3) }), /mask of \d+ values, one a voxel, received 3/],
    [() => volumeView(volume, { mode: 'x' as never }), /render, MIP, slab, received x/],
    [() => volumeView(volume, { maskShown: 'x' as never }), /off, coloured, alone, received x/],
    [() => volumeView(volume, { thicknessMm: 0 }), /slab above 0 mm, received 0/],
    [() => volumeView({ ...volume, data: new Int16Array(3) }), /voxels, received 3/],
    [() => Object.assign(view, { window: { low: 5, high: 1 } }), /low below high, received 5 to 1 HU/],
    [() => Object.assign(view, { positionMm: [Number.NaN, 0, 0] }), /as position, received NaN/],
  ] as const)
    assert.throws(make, (error) => error instanceof RangeError && said.test(error.message));
});
