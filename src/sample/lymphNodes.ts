import type { Random } from '../random.js';
import { add } from '../volumes/voxels/vectors.js';
import type { Vector3 } from '../volumes/voxels/volume.js';
import { axesAlong, drawLobes } from './lumps.js';
import { type Finding, findingOf } from './nodules.js';
import { type Field, isInField, onWall, pointInLung } from './places.js';
import { addScaled, randomDirection, unitOf } from './points.js';

/** Intrapulmonary lymph node on a lobe's border: flat along it, with corners. */
export function nodeOnFissure(field: Field, random: Random): Finding | undefined {
  const center = pointInLung(field, random);
  const fissures = (p: Vector3): [number, number] => {
    const tissues = field.chest.tissuesAt(p[0], p[1], p[2]);
    return [tissues.obliqueFissure, tissues.horizontalFissure];
  };
  const here = fissures(center);
  const which = here.findIndex((away) => Math.abs(away) < 1);
  if (which < 0 || field.chest.depthInLungMm(center) < 4) return undefined;
  const slope = ([0, 1, 2] as const).map((axis) => {
    const ahead = add(center, [axis === 0 ? 1 : 0, axis === 1 ? 1 : 0, axis === 2 ? 1 : 0]);
    return fissures(ahead)[which]! - here[which]!;
  }) as unknown as Vector3;
  return lymphNode(center, unitOf(slope), random);
}

/** Intrapulmonary lymph node within 10 mm of the pleura. */
export function nodeUnderPleura({ chest, lowZ, highZ }: Field, random: Random): Finding | undefined {
  const point = pointInLung({ chest, lowZ, highZ }, random);
  if (chest.depthInLungMm(point) > 14) return undefined;
  const center = onWall(chest, point, random.between(2, 9));
  return lymphNode(center, chest.inwardNormal(center), random);
}

function lymphNode(center: Vector3, flatAlong: Vector3, random: Random): Finding {
  const wide = random.between(1.6, 3.8);
  return findingOf({
    center,
    axes: axesAlong(flatAlong, random),
    halfMm: [wide * random.between(0.45, 0.8), wide, wide * random.between(0.8, 1.3)],
    lobes: drawLobes(4, 0.25, random),
    valueHu: random.between(-20, 75),
    edgeMm: random.between(0.8, 1.5),
  });
}

/** Beside a large vessel near the root of the lung. */
export function hilarNode(field: Field, random: Random): Finding | undefined {
  const { chest, trees } = field;
  const branches = random.uniform() < 0.5 ? trees.arteries : trees.veins;
  const branch = branches[random.integer(branches.length)]!;
  if (branch.fromRadiusMm < 2.6) return undefined;
  const half = random.between(2.5, 5.5);
  const on = branch.path[random.integer(branch.path.length)]!;
  if (!isInField(field, on)) return undefined;
  const center = addScaled(on, randomDirection(random), branch.fromRadiusMm + 0.6 * half);
  if (chest.depthInLungMm(center) < 0.5) return undefined;
  return findingOf({
    center,
    axes: axesAlong(randomDirection(random), random),
    halfMm: [half * random.between(0.9, 1.5), half, half * random.between(0.7, 1)],
    lobes: drawLobes(4, 0.2, random),
    valueHu: random.between(20, 80),
    edgeMm: random.between(0.8, 1.6),
  });
}
