import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DetectedMark, detect, detected } from '../../src/detection/detect.js';
import { InterruptedError } from '../../src/errors.js';
import type { Matrix3, Vector3, Volume } from '../../src/volumes/volume.js';
import { chestPhantom, type PhantomBall } from './chestPhantom.js';

const THREADS = 2;

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

test('detect() finds balls at the pleura and on vessels among the first, and few marks in empty lungs', async () => {
  // The wall of the left lung lies at x = -116 for y = z = 0, at -108 for z = -35; its front at y = -65.
  const attached = [
    ball([-112, 0, 0], 8),
    ball([-103, 0, -35], 12),
    ball([-68, -61, 0], 10),
    ball([100, 20, 10], 9),
  ];
  const tubes = [
    { fromWorldMm: [30, 20, 10], toWorldMm: [100, 20, 10], diameterMm: 4 },
    { fromWorldMm: [-60, 40, -40], toWorldMm: [-60, 0, 40], diameterMm: 5 },
  ] as const;
  const { marks } = await detected(chestPhantom({ balls: attached, tubes, noiseHu: 15 }), {
    threads: THREADS,
  });
  for (const [i, { rank, awayMm: away }] of found(marks, attached).entries())
    assert.ok(rank >= 0 && rank < 12 && away < 3, `ball ${i}: rank ${rank}, ${away} mm away`);
  const empty = await detected(chestPhantom({ tubes, noiseHu: 15 }), { threads: THREADS });
  const best = marks[found(marks, attached)[0]!.rank]!.score;
  const asGood = empty.marks.filter(({ score }) => score > best / 2).length;
  assert.ok(asGood <= 5, `${asGood} marks of an empty lung score more than half of a nodule`);
});

test('detect() gives the same marks for any number of threads', async () => {
  const volume = chestPhantom({ balls: FREE, noiseHu: 30 });
  const one = await detected(volume, { threads: 1 });
  assert.ok(one.marks.length > 100);
  for (const threads of [2, 5]) assert.deepEqual(await detected(volume, { threads }), one);
});

test('detect() finds nothing, and no lungs, in what is no chest: two slices, a phantom of water, an MR', async () => {
  const chest = chestPhantom({ balls: FREE });
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
  const volume = chestPhantom();
  const steps: string[] = [];
  for await (const { note, done } of detect(volume, { threads: THREADS })) steps.push(`${done} ${note}`);
  assert.deepEqual(steps, ['0 lungs', '1 blobs', '2 marks', '3 undefined']);
  const stop = new AbortController();
  await assert.rejects(async () => {
    for await (const { done } of detect(volume, { threads: THREADS, signal: stop.signal }))
      if (done === 1) stop.abort();
  }, InterruptedError);
});
