import type { Random } from '../random.js';
import { subtract } from '../volumes/voxels/vectors.js';
import type { Vector3 } from '../volumes/voxels/volume.js';
import type { ChestShape } from './chestShape.js';
import { cubeRoot, distance, perpendicularTo, unitOf } from './points.js';
import { type Branch, besideBranch, growTree, type Tube, tube, tubesOf } from './vesselTree.js';

/** An airway is a wall and a lumen around the same line. */
export interface Airway {
  readonly lumen: Tube;
  readonly wallMm: number;
}

export interface LungTrees {
  readonly arteries: readonly Branch[];
  readonly veins: readonly Branch[];
  readonly airways: readonly Airway[];
}

const TRACHEA_RADIUS_MM = 8.5;
/** Airways below this are not seen on CT. */
const SMALLEST_LUMEN_MM = 0.75;

/** Arteries with the airways beside them, and veins between, in both lungs. */
export function growLungTrees(chest: ChestShape, random: Random): LungTrees {
  const trees = [-1, 1].map((side) => growOneLung(chest, side, random.fork(`lung ${side}`)));
  const airways = trees.flatMap((tree) => tree.airways);
  return {
    arteries: trees.flatMap((tree) => tree.arteries),
    veins: trees.flatMap((tree) => tree.veins),
    airways: [...windpipe(chest), ...airways],
  };
}

/** Where the main bronchus, artery and veins enter a lung. */
function hilum(chest: ChestShape, side: number): Vector3 {
  return [side * 0.26 * chest.sizes.halfWidthMm, 0.13 * chest.sizes.halfDepthMm, side < 0 ? 2 : 8];
}

function carina(chest: ChestShape): Vector3 {
  return [-2, 0.2 * chest.sizes.halfDepthMm, 0.13 * chest.sizes.heightMm];
}

function windpipe(chest: ChestShape): Airway[] {
  const fork = carina(chest);
  const top: Vector3 = [1, 0.02 * chest.sizes.halfDepthMm, chest.apexZ + 40];
  const bronchi = [-1, 1].map((side) => tube(fork, hilum(chest, side), 6.6, 5.4));
  return [tube(top, fork, TRACHEA_RADIUS_MM), ...bronchi].map((lumen) => ({ lumen, wallMm: 1.6 }));
}

function growOneLung(chest: ChestShape, side: number, random: Random): LungTrees {
  const gate = hilum(chest, side);
  const sampler = random.fork('targets');
  const lobes = (count: number): Vector3[] => scatterInLung(chest, side, count, sampler);
  const arteries = growTree(
    {
      root: [gate[0], gate[1] - 4, gate[2] + 2],
      heading: [side, 0.2, -0.2],
      targets: lobes(520),
      tipRadiusMm: 0.54,
      maxRadiusMm: 5,
    },
    random.fork('arteries'),
  );
  const veins = growTree(
    {
      root: [gate[0] * 0.8, gate[1] - 8, gate[2] - 16],
      heading: [side, -0.1, 0],
      targets: lobes(360),
      tipRadiusMm: 0.54,
      maxRadiusMm: 4.6,
    },
    random.fork('veins'),
  );
  return { arteries, veins, airways: airwaysBeside(chest, arteries, gate) };
}

/**
 * Each artery's bronchus: its lumen is about as wide as the artery, until it is too narrow to be seen. Stretches that the
 * straight way to a lobe would lead through the heart are left out.
 */
function airwaysBeside(chest: ChestShape, arteries: readonly Branch[], gate: Vector3): Airway[] {
  return arteries
    .filter((artery) => artery.toRadiusMm * 0.85 > SMALLEST_LUMEN_MM && artery.tips > 4)
    .flatMap((artery) => {
      const radii: [number, number] = [artery.fromRadiusMm * 0.9, artery.toRadiusMm * 0.88];
      const wallMm = 0.35 + 0.2 * radii[0];
      const sideways = unitOf(subtract(artery.path[0]!, gate), perpendicularTo([0, 0, 1]));
      const clearMm = artery.fromRadiusMm + radii[0] + wallMm;
      return tubesOf(besideBranch(artery, [sideways[1], 0.3 - sideways[0], 0.4], radii, clearMm)).map(
        (lumen) => ({ lumen, wallMm }),
      );
    })
    .filter(({ lumen, wallMm }) =>
      [lumen.from, lumen.to].every(
        ([x, y, z]) => chest.tissuesAt(x, y, z).heart > lumen.fromRadiusMm + wallMm,
      ),
    );
}

/** Points spread evenly over a lung, some millimetres off its wall and off the lobes' borders. */
export function scatterInLung(chest: ChestShape, side: number, count: number, random: Random): Vector3[] {
  const { halfWidthMm, halfDepthMm } = chest.sizes;
  const points: Vector3[] = [];
  // A lung fills some 0.4 of its box; darts thrown at random reach about 0.7 of the closest packing's distance.
  const lungMm3 = 0.4 * halfWidthMm * 2 * halfDepthMm * (chest.apexZ - chest.baseZ);
  let allowedMm = 0.7 * cubeRoot(lungMm3 / count);
  for (let tries = 0; points.length < count && tries < 400 * count; tries++) {
    if (tries % (20 * count) === 0 && tries > 0) allowedMm *= 0.85;
    const point: Vector3 = [
      side * random.uniform() * halfWidthMm,
      random.between(-1, 1) * halfDepthMm,
      random.between(chest.baseZ, chest.apexZ),
    ];
    if (chest.lungAt(...point) > -4) continue;
    const tissues = chest.tissuesAt(...point);
    if (Math.abs(tissues.obliqueFissure) < 3 || Math.abs(tissues.horizontalFissure) < 3) continue;
    if (points.every((other) => distance(point, other) > allowedMm)) points.push(point);
  }
  return points;
}
