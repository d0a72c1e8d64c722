import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LUNG_MARGIN_MM, lungMask } from '../../src/lungs/lungMask.js';
import { shiftAt, worldOf } from '../../src/sample/acquisition.js';
import { paintScan } from '../../src/sample/paintScan.js';
import { planScan, type ScanPlan } from '../../src/sample/scanPlan.js';
import { voxelToWorld, worldToVoxel } from '../../src/volumes/voxels/geometry.js';
import { subtract } from '../../src/volumes/voxels/vectors.js';
import type { Vector3, Volume } from '../../src/volumes/voxels/volume.js';
import { dice } from './lungPicture.js';
import { referenceMask } from './referenceMask.js';

const plans = [0, 1, 2, 3, 4].map((index) => planScan({ seed: 16, scans: 10, coarsening: 4 }, index));
const scans = plans.map(paintScan);

/** The lungs that the generator made, before anything is painted into them. */
function trueLungs({ acquisition, chest }: ScanPlan): Uint8Array {
  const { geometry, middleWorldMm } = acquisition;
  const [width, height, depth] = geometry.size;
  return Uint8Array.from({ length: width * height * depth }, (_, at) => {
    const voxel: Vector3 = [at % width, Math.floor(at / width) % height, Math.floor(at / (width * height))];
    const moved = subtract(voxelToWorld(geometry, voxel), middleWorldMm);
    return chest.lungAt(...subtract(moved, shiftAt(acquisition, moved[2]))) < 0 ? 1 : 0;
  });
}

/** The same scan with its voxel axes in another order and some of them reversed; `turn` does it to its masks. */
function turned<T extends Uint8Array | Int16Array>(
  { size }: { readonly size: Vector3 },
  data: T,
  order: readonly number[],
  reversed: readonly boolean[],
): T {
  const strides = [1, size[0], size[0] * size[1]];
  const [nx, ny, nz] = order.map((axis) => size[axis]!) as [number, number, number];
  const out = data.slice() as T;
  const along = (axis: number, index: number, count: number): number =>
    (reversed[axis] ? count - 1 - index : index) * strides[order[axis]!]!;
  let at = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++) out[at++] = data[along(0, x, nx) + along(1, y, ny) + along(2, z, nz)]!;
  return out;
}

test('lungMask() has a Dice of 0.98 or more with the same recipe in SimpleITK and scipy, also flipped in x and y', () => {
  assert.ok(scans.some(({ direction }) => direction[0] === -1));
  for (const scan of scans.slice(0, 3)) {
    const reference = referenceMask(scan, LUNG_MARGIN_MM);
    assert.ok(dice(lungMask(scan, { marginMm: 0 }), reference.closed) >= 0.98);
    assert.ok(dice(lungMask(scan), reference.mask) >= 0.98);
  }
});

test('lungMask() agrees with that recipe on lungs joined in front of the heart, and closes each alone', () => {
  const scan = scans[3]!;
  const [width, height, depth] = scan.size;
  const data = scan.data.slice();
  const middleY = Math.floor(height / 2);
  const row = (mm: number): number => middleY - Math.round(mm / scan.spacingMm[1]);
  const z = Math.floor(0.55 * depth);
  for (let y = row(45); y < row(35); y++)
    for (const slice of [z, z + 1]) {
      const at = (slice * height + y) * width;
      data.fill(-900, at + Math.floor(0.35 * width), at + Math.ceil(0.65 * width));
    }
  const joined = { ...scan, data };
  const closed = lungMask(joined, { marginMm: 0 });
  assert.ok(dice(closed, referenceMask(joined, LUNG_MARGIN_MM).closed) >= 0.98);
  assert.ok(dice(closed, lungMask(scan, { marginMm: 0 })) >= 0.98);
});

test("lungMask() without margin has a Dice of 0.9 or more with the sample generator's lungs, and nearly all of them", () => {
  for (const [i, scan] of scans.entries()) {
    const truth = trueLungs(plans[i]!);
    const closed = lungMask(scan, { marginMm: 0 });
    assert.ok(dice(closed, truth) >= 0.9, `scan ${i}: ${dice(closed, truth)}`);
    const inside = truth.reduce((sum, set, at) => sum + (set && closed[at] ? 1 : 0), 0);
    assert.ok(inside >= 0.985 * truth.reduce((sum, set) => sum + set, 0), `scan ${i}`);
  }
});

test('lungMask() holds the centre of every generated nodule, at the wall too', () => {
  let atWall = 0;
  for (const [i, scan] of scans.entries()) {
    const mask = lungMask(scan);
    for (const { center, site, diameterMm } of plans[i]!.findings.nodules) {
      const world = worldOf(plans[i]!.acquisition, center);
      const [x, y, z] = worldToVoxel(scan, world).map(Math.round) as [number, number, number];
      assert.equal(mask[(z * scan.size[1] + y) * scan.size[0] + x], 1, `${site} ${diameterMm} mm`);
      if (site === 'wall') atWall++;
    }
  }
  assert.ok(atWall > 5);
});

test('lungMask() of a scan with exchanged and reversed axes is the mask with exchanged and reversed axes', () => {
  const scan = scans[0]!;
  const mask = lungMask(scan);
  for (const [order, reversed] of [
    [
      [0, 1, 2],
      [true, false, false],
    ],
    [
      [0, 1, 2],
      [false, true, true],
    ],
    [
      [2, 0, 1],
      [false, false, false],
    ],
    [
      [1, 2, 0],
      [true, false, true],
    ],
  ] as const) {
    const d = scan.direction;
    const entry = (row: number, axis: number): number =>
      d[3 * row + order[axis]!]! * (reversed[axis] ? -1 : 1);
    const volume: Volume = {
      size: order.map((axis) => scan.size[axis]!) as unknown as Vector3,
      spacingMm: order.map((axis) => scan.spacingMm[axis]!) as unknown as Vector3,
      originMm: scan.originMm,
      direction: [0, 1, 2].flatMap((row) => [0, 1, 2].map((axis) => entry(row, axis))) as never,
      data: turned(scan, scan.data, order, reversed),
    };
    assert.ok(
      Buffer.compare(lungMask(volume), turned(scan, mask, order, reversed)) === 0,
      `${order} ${reversed}`,
    );
  }
});

test("lungMask() takes padding outside the scanner's circle for air around the patient", () => {
  const scan = scans[0]!;
  const [width, height] = scan.size;
  for (const paddingHu of [-2000, -3024]) {
    const data = scan.data.map((value, at) => {
      const x = (2 * (at % width)) / (width - 1) - 1;
      const y = (2 * (Math.floor(at / width) % height)) / (height - 1) - 1;
      return Math.hypot(x, y) > 1.05 ? paddingHu : value;
    });
    assert.ok(Buffer.compare(lungMask({ ...scan, data }), lungMask(scan)) === 0, String(paddingHu));
  }
});

test('lungMask() is all 0 where there is no lung: water, air, one voxel, little air', () => {
  const scan = (size: Vector3, valueHu: number): Volume => ({
    size,
    spacingMm: [1, 1, 1],
    originMm: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    data: new Int16Array(size[0] * size[1] * size[2]).fill(valueHu),
  });
  for (const volume of [
    scan([1, 1, 1], -1000),
    scan([1, 1, 1], 40),
    scan([20, 18, 1], -1000),
    scan([3, 2, 9], 40),
    scan([30, 30, 30], Number.MIN_SAFE_INTEGER),
  ])
    assert.equal(lungMask(volume).indexOf(1), -1);
  const bubble = scan([40, 40, 40], 40);
  bubble.data.fill(-900, 20 * 1600 + 20 * 40 + 10, 20 * 1600 + 20 * 40 + 30);
  assert.equal(lungMask(bubble).indexOf(1), -1);
  assert.throws(() => lungMask(bubble, { marginMm: -1 }), /Expected a margin of 0 mm or more, received -1/);
});
