import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTrainingSettings } from '../../src/config/trainingSettings.js';
import type { OwnNetwork } from '../../src/model/ownNetwork.js';
import {
  conv,
  convShapes,
  dense,
  denseShapes,
  meanOfMaps,
  normRelu,
  normShapes,
} from '../../src/model/pieceParts.js';
import { createRandom, type Random } from '../../src/random.js';
import { writePatchFile } from '../../src/store/writePatchFile.js';
import { train } from '../../src/training/train.js';
import type { Vector3 } from '../../src/volumes/voxels/volume.js';
import { allRecords } from '../training/trainFixture.js';

/** Voxels of a patch along each axis. */
export const EDGE = 24;
export const BALL_RADIUS = 3.5;

/** A patch whose evidence is known. */
export interface BallPatch {
  /** HU, z, y, x. */
  readonly patchHu: Int16Array;
  /** Middle of the ball, x, y, z; undefined for a patch with rods alone. */
  readonly ball: Vector3 | undefined;
}

/**
 * Rods of a radius of 1.5 voxels through a noisy lung and, in one with a ball, that ball as bright as they are, away from the middle
 * and from each rod: what tells the two kinds of patches apart lies in the ball alone.
 */
export function ballPatch(seed: string, hasBall: boolean): BallPatch {
  const random = createRandom(seed);
  const ball = hasBall ? placeOfBall(random) : undefined;
  const rods = Array.from({ length: 3 }, () => rodAwayFrom(random, ball));
  const patchHu = Int16Array.from({ length: EDGE ** 3 }, (_, i) => {
    const voxel: Vector3 = [i % EDGE, Math.floor(i / EDGE) % EDGE, Math.floor(i / EDGE ** 2)];
    const inBall = ball !== undefined && distance(voxel, ball) < BALL_RADIUS;
    const isBright = inBall || rods.some((rod) => fromRod(rod, voxel) < 1.5);
    return (isBright ? 0 : -850) + Math.round(40 * random.normal());
  });
  return { patchHu, ball };
}

export function distance(a: Vector3, b: Vector3): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** At least 6 voxels from the middle of the patch, whole in it. */
function placeOfBall(random: Random): Vector3 {
  const along = (): number => random.between(BALL_RADIUS, EDGE - 1 - BALL_RADIUS);
  const middle = (EDGE - 1) / 2;
  for (;;) {
    const place: Vector3 = [along(), along(), along()];
    if (distance(place, [middle, middle, middle]) >= 6) return place;
  }
}

/** A line along one axis. */
interface Rod {
  readonly axis: number;
  readonly across: readonly [number, number];
}

function rodAwayFrom(random: Random, ball: Vector3 | undefined): Rod {
  for (;;) {
    const across = [random.between(0, EDGE - 1), random.between(0, EDGE - 1)] as const;
    const rod = { axis: random.integer(3), across };
    if (ball === undefined || fromRod(rod, ball) > BALL_RADIUS + 4) return rod;
  }
}

function fromRod({ axis, across: [a, b] }: Rod, voxel: Vector3): number {
  const [u, v] = voxel.filter((_, index) => index !== axis) as [number, number];
  return Math.hypot(u - a, v - b);
}

/** One halving: a voxel of its last map stands for 2 x 2 x 2 of the patch, finer than the ball. */
export const ballNetwork: OwnNetwork = {
  name: 'balls',
  parameters: {
    ...convShapes('c1/conv', 3, 1, 8),
    ...normShapes('c1/bn', 8),
    ...convShapes('c2/conv', 3, 8, 16),
    ...normShapes('c2/bn', 16),
    ...denseShapes('say/dense', 16),
  },
  pieces: [
    { name: 'c1', run: (p, x) => normRelu(p, 'c1/bn', conv(p, 'c1/conv', x, { stride: 2 })) },
    { name: 'c2', run: (p, x) => normRelu(p, 'c2/bn', conv(p, 'c2/conv', x)) },
    { name: 'say', run: (p, x) => dense(p, 'say/dense', meanOfMaps(x)) },
  ],
};

/** A run of ballNetwork on patches with and without a ball, removed after the tests. */
export async function ballRun(t: { readonly after: (cleanUp: () => void) => void }): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-balls-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const data = join(folder, 'balls-patch.hdf5');
  const rows = Array.from({ length: 480 }, (_, row) => ({ hasBall: row % 2, subset: Math.floor(row / 48) }));
  await writePatchFile(
    data,
    { dim: EDGE, slices: EDGE, spacingMm: [1, 1, 1], interpolation: 'linear' },
    { program: 'test', settings: {}, scans: {} },
    {
      classes: rows.map(({ hasBall }) => hasBall),
      notrain: rows.map(() => 0),
      notrainReason: rows.map(() => 0),
      centerWorldMm: rows.map((_, row) => [row, 0, 0]),
      seriesUid: rows.map(({ subset }) => `scan${subset}`),
      subsets: rows.map(({ subset }) => subset),
    },
    rows.map(({ hasBall }, row) => ballPatch(`training ${row}`, hasBall === 1).patchHu),
  );
  const config = {
    ...readTrainingSettings(),
    ...{ data, run: join(folder, 'run'), strategy: 'single' as const, devices: 1, threads: 0 },
    ...{
      holdout: 8,
      validation: 9,
      batchSize: 16,
      epochs: 10,
      emaDecay: 0,
      learningRate: 1e-2,
      seed: 16,
      filters: 64,
    },
  } as const;
  await allRecords(train(config, { network: ballNetwork }));
  return config.run;
}
