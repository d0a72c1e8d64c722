import type { Random } from '../random.js';
import { scale, subtract } from '../volumes/voxels/vectors.js';
import type { Vector3 } from '../volumes/voxels/volume.js';
import type { LungTrees } from './lungTrees.js';
import { type Field, isInField, type PlacedBall, pointInLung } from './places.js';
import { addScaled, distance, mix, randomDirection, unitOf } from './points.js';
import type { Skeleton } from './skeleton.js';
import type { Branch } from './vesselTree.js';

/** Ordinary anatomy that detectors mark. */
export const ANATOMY_KINDS = [
  'vessel fork',
  'end-on vessel',
  'hilar vessel',
  'vessel crossing',
  'vessel',
  'airway wall',
  'rib',
  'diaphragm dome',
  'lung',
] as const;
export type AnatomyKind = (typeof ANATOMY_KINDS)[number];

/** Places of every kind in a chest, best first. */
export function anatomySites(
  field: Field,
  skeleton: Skeleton,
  random: Random,
): Readonly<Record<AnatomyKind, readonly PlacedBall[]>> {
  const { chest, trees } = field;
  const inLung = ({ center }: PlacedBall): boolean =>
    isInField(field, center) && chest.depthInLungMm(center) > 1.5;
  const vessels = [...trees.arteries, ...trees.veins].filter(({ path }) =>
    path.some((point) => isInField(field, point)),
  );
  const thick = thickFirst(vessels, random);
  return {
    'vessel fork': thick
      .filter((branch) => branch.divides)
      .map(endOf)
      .filter(inLung),
    'end-on vessel': thick.filter(isEndOn).map(middleOf).filter(inLung),
    'hilar vessel': random
      .shuffle(vessels.filter(({ fromRadiusMm }) => fromRadiusMm > 2.2))
      .map(endOf)
      .filter(({ center }) => chest.depthInLungMm(center) > -1),
    'vessel crossing': random.shuffle(crossings(field)).filter(inLung),
    vessel: thick.map(middleOf).filter(inLung),
    'airway wall': airwayWalls(trees, random).filter(inLung),
    rib: random
      .shuffle([...skeleton.ribPoints])
      .map((point) => ball(addScaled(point, unitOf([-point[0], -0.5 * point[1], 0]), 4.5), 2))
      .filter(({ center }) => isInField(field, center) && Math.abs(chest.depthInLungMm(center)) < 5),
    'diaphragm dome': [-1, 1].flatMap((side) => domeTop(field, side)),
    lung: Array.from({ length: 400 }, () => ball(pointInLung(field, random), 2)),
  };
}

function ball(center: Vector3, radiusMm: number): PlacedBall {
  return { center, radiusMm };
}

function endOf(branch: Branch): PlacedBall {
  return ball(branch.path.at(-1)!, 1.3 * branch.toRadiusMm);
}

function middleOf(branch: Branch): PlacedBall {
  return ball(branch.path[Math.floor(branch.path.length / 2)]!, branch.fromRadiusMm);
}

/** Shuffled with weight on the thick: a detector reports a spot because it is bright. */
function thickFirst(branches: readonly Branch[], random: Random): Branch[] {
  return branches
    .filter((branch) => branch.toRadiusMm > 0.66)
    .map((branch) => ({ branch, key: random.uniform() / (branch.toRadiusMm * branch.toRadiusMm) }))
    .sort((a, b) => a.key - b.key)
    .map(({ branch }) => branch);
}

/** Runs along z at its middle: round in the slices that a reader looks at. */
function isEndOn({ path, fromRadiusMm }: Branch): boolean {
  const middle = Math.floor(path.length / 2);
  const along = unitOf(subtract(path[Math.min(middle + 1, path.length - 1)]!, path[middle - 1]!));
  return fromRadiusMm > 0.9 && Math.abs(along[2]) > 0.8;
}

function airwayWalls({ airways }: LungTrees, random: Random): PlacedBall[] {
  return random
    .shuffle(airways.filter(({ lumen }) => lumen.fromRadiusMm > 0.9 && lumen.fromRadiusMm < 4))
    .map(({ lumen, wallMm }) => {
      const along = unitOf(subtract(lumen.to, lumen.from));
      const side = unitOf(subtract(randomDirection(random), scale(along, 0.5)));
      const center = addScaled(mix(lumen.from, lumen.to, 0.5), side, lumen.fromRadiusMm + wallMm / 2);
      return ball(center, Math.max(1.2, wallMm));
    });
}

/** Where an artery and a vein of more than 1.2 mm nearly touch. */
function crossings(field: Field): PlacedBall[] {
  const { trees } = field;
  const pointsOf = (branches: readonly Branch[]): { point: Vector3; radiusMm: number }[] =>
    branches
      .filter((branch) => branch.fromRadiusMm > 0.6)
      .flatMap((branch) =>
        branch.path
          .filter((point) => isInField(field, point))
          .map((point) => ({ point, radiusMm: branch.fromRadiusMm })),
      )
      .sort((a, b) => a.point[0] - b.point[0]);
  const arteries = pointsOf(trees.arteries);
  const farthestMm = 12;
  const found: PlacedBall[] = [];
  let first = 0;
  for (const vein of pointsOf(trees.veins)) {
    while (first < arteries.length && arteries[first]!.point[0] < vein.point[0] - farthestMm) first++;
    for (let i = first; i < arteries.length && arteries[i]!.point[0] < vein.point[0] + farthestMm; i++) {
      const artery = arteries[i]!;
      if (distance(vein.point, artery.point) < vein.radiusMm + artery.radiusMm + 0.8)
        found.push(ball(mix(vein.point, artery.point, 0.5), vein.radiusMm + artery.radiusMm));
    }
  }
  return found;
}

/** The top of a half of the diaphragm: round in its highest slices. None where it lies outside the field. */
function domeTop({ chest, lowZ, highZ }: Field, side: number): PlacedBall[] {
  const [x, y] = [side * 0.53 * chest.sizes.halfWidthMm, -0.1 * chest.sizes.halfDepthMm];
  for (let z = highZ; z > lowZ; z -= 0.5)
    if (chest.tissuesAt(x, y, z).belowDiaphragm < 0) return z === highZ ? [] : [ball([x, y, z], 3)];
  return [];
}
