import { createRandom } from '../random.js';
import type { Vector3, Volume } from '../volumes/voxels/volume.js';
import { type Canvas, createCanvas, paintShape, paintTube, type Stroke } from './canvas.js';
import type { ChestShape } from './chestShape.js';
import { lumpDistance, lumpReachMm } from './lumps.js';
import type { LungTrees } from './lungTrees.js';
import { moveSlices } from './motionStep.js';
import type { Finding } from './nodules.js';
import { ellipsoid } from './points.js';
import { scan } from './scanner.js';
import type { ScanPlan } from './scanPlan.js';
import type { Bone, Skeleton, Vertebra } from './skeleton.js';
import { paintSoftTissue } from './softTissue.js';
import { tube, tubesOf } from './vesselTree.js';

/** The scan's voxels in HU. */
export function paintScan(plan: ScanPlan): Volume & { readonly data: Int16Array } {
  const { acquisition, chest } = plan;
  const random = createRandom(`voxels of ${plan.seriesUid}`);
  const canvas = createCanvas(acquisition.geometry, acquisition.middleWorldMm, acquisition.kernel.blurMm);
  const hu = { lung: acquisition.lungHu, blood: chest.sizes.bloodHu };
  paintSoftTissue(canvas, chest, hu, random.fork('soft tissue'));
  paintTable(canvas, chest);
  paintStomachGas(canvas, chest);
  paintGreatVessels(canvas, chest);
  paintSkeleton(canvas, plan.skeleton);
  paintTrees(canvas, plan.trees, hu.blood);
  for (const finding of [...plan.findings.mimics, ...plan.findings.nodules]) paintFinding(canvas, finding);
  if (acquisition.streaks.metal !== undefined) paintMetal(canvas, acquisition.streaks.metal);
  if (acquisition.motion !== undefined) moveSlices(canvas, acquisition.motion);
  scan(canvas, chest.apexZ, acquisition, random.fork('scanner'));
  return { ...acquisition.geometry, data: canvas.data };
}

/** The scanner's table: a thin curved shell under the back. */
function paintTable(canvas: Canvas, chest: ChestShape): void {
  const lowest = chest.sizes.halfDepthMm + 46;
  const [middle, half]: [Vector3, Vector3] = [
    [0, lowest - 6, 0],
    [chest.sizes.halfWidthMm + 50, 12, 1e4],
  ];
  const shell = (x: number, y: number): number => Math.abs(y - (lowest - (x * x) / 1500)) - 1.1;
  paintShape(canvas, middle, half, shell, { valueHu: -320, mode: 'raise' });
}

/** Gas in the stomach: in front, as the patient lies, above a level of fluid. */
function paintStomachGas(canvas: Canvas, chest: ChestShape): void {
  const { halfWidthMm: w, halfDepthMm: d } = chest.sizes;
  const center: Vector3 = [0.42 * w, -0.3 * d, chest.baseZ + 6];
  const half: Vector3 = [22, 17, 20];
  const gas = (x: number, y: number, z: number): number =>
    Math.max(ellipsoid(x, y, z, center, half), y - center[1] - 6);
  paintShape(canvas, center, half, gas, { valueHu: -985, mode: 'over' });
}

/** Aorta, upper vena cava, pulmonary trunk and arteries, gullet. */
function paintGreatVessels(canvas: Canvas, chest: ChestShape): void {
  const { halfDepthMm: d, heightMm: h, halfWidthMm: w, bloodHu } = chest.sizes;
  const blood: Stroke = { valueHu: bloodHu, mode: 'over' };
  const line = (points: readonly Vector3[], radiusMm: number, stroke: Stroke): void => {
    for (const [i, to] of points.entries())
      if (i > 0) paintTube(canvas, tube(points[i - 1]!, to, radiusMm), stroke);
  };
  const archZ = 0.24 * h;
  const arch: Vector3[] = [
    [2, -0.2 * d, -0.04 * h],
    [-9, -0.28 * d, 0.1 * h],
    [-7, -0.26 * d, archZ - 10],
    [2, -0.1 * d, archZ],
    [13, 0.18 * d, archZ + 1],
    [20, 0.4 * d, archZ - 10],
    [21, 0.5 * d, archZ - 30],
    [20, 0.52 * d, -0.2 * h],
    [12, 0.5 * d, chest.baseZ - 30],
  ];
  line(arch, 12, blood);
  line(
    [
      [-21, -0.18 * d, chest.apexZ - 26],
      [-22, -0.12 * d, 0.1 * h],
      [-20, -0.05 * d, -0.1 * h],
    ],
    8,
    blood,
  );
  line(
    [
      [12, -0.34 * d, -0.03 * h],
      [14, -0.22 * d, 0.06 * h],
      [14, 0.02 * d, 0.1 * h],
    ],
    12,
    blood,
  );
  line(
    [
      [14, 0.02 * d, 0.1 * h],
      [0.25 * w, 0.1 * d, 0.06 * h],
    ],
    9,
    blood,
  );
  line(
    [
      [14, 0, 0.09 * h],
      [-8, 0.04 * d, 0.06 * h],
      [-0.25 * w, 0.1 * d, 0.02 * h],
    ],
    9,
    blood,
  );
  // Branches to head and arms.
  line(
    [
      [-3, -0.12 * d, archZ],
      [-14, -0.1 * d, chest.apexZ],
      [-18, -0.1 * d, chest.apexZ + 40],
    ],
    5,
    blood,
  );
  line(
    [
      [6, -0.04 * d, archZ],
      [12, 0, chest.apexZ],
      [15, 0, chest.apexZ + 40],
    ],
    4,
    blood,
  );
  line(
    [
      [12, 0.1 * d, archZ],
      [20, 0.2 * d, chest.apexZ],
      [34, 0.1 * d, chest.apexZ + 30],
    ],
    4.5,
    blood,
  );
  line(
    [
      [4, 0.36 * d, chest.apexZ + 40],
      [5, 0.4 * d, 0],
      [8, 0.38 * d, chest.baseZ - 20],
    ],
    6,
    {
      valueHu: 38,
      mode: 'over',
    },
  );
}

/** A bright grain; its streaks are the scanner's. */
function paintMetal(canvas: Canvas, center: Vector3): void {
  const grain = (x: number, y: number, z: number): number => ellipsoid(x, y, z, center, [1.6, 1.6, 3]);
  paintShape(canvas, center, [2, 2, 4], grain, { valueHu: 2900, mode: 'raise' });
}

function paintSkeleton(canvas: Canvas, skeleton: Skeleton): void {
  for (const vertebra of skeleton.vertebrae) paintVertebra(canvas, vertebra);
  for (const bone of skeleton.bones) paintBone(canvas, bone);
}

/** All tubes' shells before all cores, so that touching tubes make one bone. */
function paintBone(canvas: Canvas, { tubes, corticalMm, shellHu, coreHu }: Bone): void {
  for (const tube of tubes) paintTube(canvas, tube, { valueHu: shellHu, mode: 'over' });
  if (corticalMm === 0) return;
  for (const tube of tubes)
    paintTube(
      canvas,
      tube,
      { valueHu: coreHu, mode: 'over' },
      -Math.min(corticalMm, tube.fromRadiusMm * 0.6),
    );
}

/** A body with a dense shell and end plates, a soft disc below it, and the canal with the cord behind. */
function paintVertebra(canvas: Canvas, { center, halfMm }: Vertebra): void {
  const [cx, cy, cz] = center;
  const drum =
    (shrinkMm: number, height: number) =>
    (x: number, y: number, z: number): number =>
      Math.max(
        ellipsoid(x, y, 0, [cx, cy, 0], [halfMm[0] - shrinkMm, halfMm[1] - shrinkMm, 1e6]),
        Math.abs(z - cz) - height,
      );
  const box: Vector3 = [halfMm[0] + 2, halfMm[1] + 2, halfMm[2] * 1.6];
  paintShape(canvas, center, box, drum(0.5, halfMm[2] * 1.25), { valueHu: 85, mode: 'over' });
  paintShape(canvas, center, box, drum(0, halfMm[2]), { valueHu: 520, mode: 'over' });
  paintShape(canvas, center, box, drum(1.7, halfMm[2] - 1.3), { valueHu: 190, mode: 'over' });
  const behind = cy + halfMm[1] + 8.5;
  const canal = tube([cx, behind, cz - halfMm[2] * 1.4], [cx, behind, cz + halfMm[2] * 1.4], 8);
  paintTube(canvas, canal, { valueHu: -30, mode: 'over' });
  paintTube(canvas, canal, { valueHu: 35, mode: 'over' }, -2.5);
}

function paintTrees(canvas: Canvas, trees: LungTrees, bloodHu: number): void {
  for (const branch of [...trees.arteries, ...trees.veins])
    for (const tube of tubesOf(branch)) paintTube(canvas, tube, { valueHu: bloodHu, mode: 'raise' });
  for (const { lumen, wallMm } of trees.airways)
    paintTube(canvas, lumen, { valueHu: 10, mode: 'raise' }, wallMm);
  for (const { lumen } of trees.airways) paintTube(canvas, lumen, { valueHu: -990, mode: 'lower' });
}

function paintFinding(canvas: Canvas, { lumps, tubes }: Finding): void {
  for (const lump of lumps) {
    const reach = lumpReachMm(lump);
    const stroke: Stroke = { valueHu: lump.valueHu, mode: 'raise', edgeMm: lump.edgeMm };
    paintShape(canvas, lump.center, [reach, reach, reach], lumpDistance(lump), stroke);
  }
  for (const tube of tubes) paintTube(canvas, tube, { valueHu: tube.valueHu, mode: 'raise' });
}
