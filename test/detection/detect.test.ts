import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type DetectedMark, detect, detected } from '../../src/detection/detect.js';
import { InterruptedError } from '../../src/errors.js';
import { writeMetaImage } from '../../src/volumes/metaImage/metaImageWriter.js';
import { readVolume } from '../../src/volumes/readVolume.js';
import type { Matrix3, Vector3, Volume } from '../../src/volumes/voxels/volume.js';
import { sliceTags, type Tags, writeSlices } from '../volumes/dicomFixture.js';
import { chestPhantom, type PhantomBall } from './chestPhantom.js';

const THREADS = 2;
/** Where it does not matter how well a ball is found. */
const COARSE = { spacingMm: [1.5, 1.5, 1.5] } as const;

const ball = (centerWorldMm: Vector3, diameterMm: number, hu = 20): PhantomBall => ({
  centerWorldMm,
  diameterMm,
  hu,
});

/** In both lungs, 4 to 30 mm, far from all walls. */
const FREE = [
  ball([-70, 5, -30], 4),
  ball([-55, -25, 5], 6),
  ball([-80, 20, 25], 10),
  ball([70, 10, -5], 30),
  ball([65, -35, 20], 15, -400),
  ball([75, 30, 40], 5),
  ball([60, 0, -45], 8, -500),
];

const awayMm = ({ centerWorldMm: a }: DetectedMark, b: Vector3): number =>
  Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/** Rank, distance and share of the diameter of the mark for each ball. */
function found(marks: readonly DetectedMark[], balls: readonly PhantomBall[]) {
  return balls.map(({ centerWorldMm, diameterMm }) => {
    const rank = marks.findIndex((mark) => awayMm(mark, centerWorldMm) < Math.max(2, diameterMm / 2));
    const mark = marks[rank];
    return {
      rank,
      awayMm: mark === undefined ? Number.NaN : awayMm(mark, centerWorldMm),
      share: mark === undefined ? Number.NaN : mark.diameterMm / diameterMm,
    };
  });
}

function assertFound(marks: readonly DetectedMark[], balls: readonly PhantomBall[], says: string): void {
  for (const [i, { rank, awayMm: away, share }] of found(marks, balls).entries()) {
    const what = `${says}, ball ${i} of ${balls[i]!.diameterMm} mm: rank ${rank}, ${away} mm away, ${share} of its diameter`;
    assert.ok(rank >= 0 && rank < 2 * balls.length && away < 2, what);
    assert.ok(share > 0.8 && share < 1.2, what);
  }
}

test('detect() finds balls of 4 to 30 mm within 2 mm, their diameters within a fifth, first of all marks', async () => {
  const { marks, lungLitres } = await detected(chestPhantom({ balls: FREE, noiseHu: 15 }), {
    threads: THREADS,
  });
  assertFound(marks, FREE, 'isotropic');
  // Two ellipsoids with half axes of 48, 65 and 62 mm.
  assert.ok(Math.abs(lungLitres - (2 * (4 / 3) * Math.PI * 48 * 65 * 62) / 1e6) < 0.1, `${lungLitres}`);
});

test('detect() finds the same balls in anisotropic, flipped and oblique scans', async () => {
  const turned: Matrix3 = [Math.cos(0.2), -Math.sin(0.2), 0, Math.sin(0.2), Math.cos(0.2), 0, 0, 0, 1];
  const grids: Readonly<Record<string, { spacingMm: Vector3; direction: Matrix3 }>> = {
    anisotropic: { spacingMm: [0.7, 0.7, 2], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
    flipped: { spacingMm: [0.8, 0.8, 1.25], direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1] },
    'head first': { spacingMm: [0.8, 0.8, 1.25], direction: [1, 0, 0, 0, 1, 0, 0, 0, -1] },
    oblique: { spacingMm: [0.9, 0.9, 1], direction: turned },
  };
  for (const [says, grid] of Object.entries(grids)) {
    const { marks } = await detected(chestPhantom({ ...grid, balls: FREE, noiseHu: 15 }), {
      threads: THREADS,
    });
    // Slices of 2 mm show a ball of 4 mm as two or three of them.
    assertFound(marks, says === 'anisotropic' ? FREE.slice(1) : FREE, says);
  }
});

/** At the wall of both lungs: x = +-116 for y = z = 0, y = +-65 for x = +-68. */
const AT_WALL = [
  ball([-114, 0, 0], 4),
  ball([-102, 0, -35], 6),
  ball([-68, -61, 0], 10),
  ball([108, 0, 0], 20),
  ball([-68, 50, 20], 30),
  ball([68, -58, -15], 15, -400),
];

const TUBES = [
  { fromWorldMm: [40, 0, 10], toWorldMm: [105, 0, 10], diameterMm: 2 },
  { fromWorldMm: [40, 25, -20], toWorldMm: [100, 25, -20], diameterMm: 4 },
  { fromWorldMm: [-60, 40, -40], toWorldMm: [-60, 0, 40], diameterMm: 5 },
  { fromWorldMm: [-90, -30, -40], toWorldMm: [-90, -30, 40], diameterMm: 6 },
] as const;

const ON_VESSEL = [
  ball([60, 1, 10], 4),
  ball([88, 0, 10], 6),
  ball([50, 25, -20], 8),
  ball([80, 25, -20], 12),
  ball([-60, 20, 0], 16),
  ball([-85, -25, 0], 30),
];

test('detect() finds balls of 4 to 30 mm at the pleura and on vessels as those that lie free', async () => {
  // What of a ball lies in the wall is no ball: of 30 mm at the wall, the middle of the rest is 2 mm off.
  const wall = await detected(chestPhantom({ balls: AT_WALL, noiseHu: 15 }), { threads: THREADS });
  assertFound(wall.marks, AT_WALL, 'at the wall');
  const vessel = await detected(chestPhantom({ balls: ON_VESSEL, tubes: TUBES, noiseHu: 15 }), {
    threads: THREADS,
  });
  assertFound(vessel.marks, ON_VESSEL, 'on vessels');
  const worst = Math.min(...found(vessel.marks, ON_VESSEL).map(({ rank }) => vessel.marks[rank]!.score));
  const empty = await detected(chestPhantom({ tubes: TUBES, noiseHu: 15 }), { threads: THREADS });
  const asGood = empty.marks.filter(({ score }) => score > worst).length;
  assert.ok(asGood <= 8, `${asGood} marks of an empty lung score more than a nodule of 4 mm`);
});

/** A series of an upright volume. */
function dicomSlices({ data, size, spacingMm, originMm }: Volume): Record<string, Tags> {
  const plane = size[0] * size[1];
  return Object.fromEntries(
    Array.from({ length: size[2] }, (_, z) => {
      const stored = Int16Array.from(data.slice(z * plane, (z + 1) * plane), (hu) => hu + 1024);
      const zMm = originMm[2] + z * spacingMm[2];
      const tags = {
        '0008,0018': `1.2.826.0.1.3680043.8.498.3.${z + 1}`,
        '0020,0032': `${originMm[0]}\\${originMm[1]}\\${zMm}`,
        '0028,0010': size[1],
        '0028,0011': size[0],
        '0028,0030': `${spacingMm[1]}\\${spacingMm[0]}`,
      };
      return [`${z}.dcm`, sliceTags(zMm, Buffer.from(stored.buffer), tags)];
    }),
  );
}

test('detect() finds the same in a MetaImage file and a DICOM series of the same voxels', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-detect-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const volume = chestPhantom({ balls: FREE, noiseHu: 20, spacingMm: [1.5, 1.5, 2] });
  writeMetaImage(join(folder, 'chest.mhd'), volume);
  writeSlices(join(folder, 'series'), dicomSlices(volume));
  const own = await detected(await readVolume(join(folder, 'chest.mhd')), { threads: THREADS });
  assert.ok(own.marks.length > 50);
  const dicom = await detected(await readVolume(join(folder, 'series')), { threads: THREADS });
  assert.deepEqual(dicom, own);
});

test('detect() finds balls in a scan of 2,000 thin slices', async () => {
  const balls = [ball([-55, -25, 5], 10), ball([-80, 20, 25], 15), ball([70, 10, -5], 30)];
  const volume = chestPhantom({ spacingMm: [3, 3, 0.07], balls });
  assert.equal(volume.size[2], 2000);
  assertFound((await detected(volume, { threads: THREADS })).marks, balls, '2,000 slices');
});

test('detect() gives the same marks for any number of threads', async () => {
  const volume = chestPhantom({ ...COARSE, balls: FREE, noiseHu: 30 });
  const one = await detected(volume, { threads: 1 });
  assert.ok(one.marks.length > 100);
  for (const threads of [2, 5]) assert.deepEqual(await detected(volume, { threads }), one);
});

test('detect() finds nothing, and no lungs, in what is no chest: two slices, a phantom of water, an MR', async () => {
  const chest = chestPhantom({ ...COARSE, balls: FREE });
  const plane = chest.size[0] * chest.size[1];
  const of = (data: Int16Array, depth: number): Volume => ({
    ...chest,
    data,
    size: [chest.size[0], chest.size[1], depth],
  });
  const mr = Int16Array.from(chest.data, (hu) => Math.max(0, hu + 1000));
  for (const volume of [
    of(chest.data.slice(0, 2 * plane) as Int16Array, 2),
    of(new Int16Array(plane * 40), 40),
    of(mr, chest.size[2]),
  ])
    assert.deepEqual(await detected(volume, { threads: THREADS }), { marks: [], lungLitres: 0 });
});

test('detect() tells its steps, and stops when it is asked to', async () => {
  const volume = chestPhantom(COARSE);
  const steps: string[] = [];
  for await (const { note, done } of detect(volume, { threads: THREADS })) steps.push(`${done} ${note}`);
  assert.deepEqual(steps, ['0 lungs', '1 blobs', '2 marks', '3 undefined']);
  const stop = new AbortController();
  await assert.rejects(async () => {
    for await (const { done } of detect(volume, { threads: THREADS, signal: stop.signal }))
      if (done === 1) stop.abort();
  }, InterruptedError);
});
