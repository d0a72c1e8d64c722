import type { Random } from '../random.js';
import type { Vector3 } from '../volumes/volume.js';
import type { ChestShape } from './chestShape.js';
import type { Findings } from './findings.js';
import type { LungTrees } from './lungTrees.js';
import { pointInLung } from './nodules.js';
import {
  addScaled,
  distance,
  mix,
  randomDirection,
  randomInBall,
  scale,
  subtract,
  unitOf,
} from './points.js';
import type { Skeleton } from './skeleton.js';
import type { Branch } from './vesselTree.js';

export type SiteKind =
  | 'nodule'
  | 'vessel fork'
  | 'vessel crossing'
  | 'vessel'
  | 'airway wall'
  | 'wall bump'
  | 'rib'
  | 'scar'
  | 'micronodule'
  | 'lung'
  | 'beside a nodule';

/** A place that a detector would report. */
export interface Candidate {
  readonly center: Vector3;
  readonly kind: SiteKind;
  readonly isNodule: boolean;
}

/** Negatives to one positive. */
export const NEGATIVES_PER_POSITIVE = 8;

/** How many of a hundred negatives come from each kind of place; what a kind cannot fill, forks do. */
const SHARES: readonly (readonly [SiteKind, number])[] = [
  ['vessel crossing', 14],
  ['vessel', 12],
  ['airway wall', 8],
  ['wall bump', 15],
  ['rib', 8],
  ['scar', 8],
  ['micronodule', 1],
  ['lung', 6],
  ['beside a nodule', 2],
  ['vessel fork', 26],
];

/** Farther than the patch's half width from every nodule, so that training may use it. */
const CLEAR_MM = 18;

interface ChestScene {
  readonly chest: ChestShape;
  readonly trees: LungTrees;
  readonly skeleton: Skeleton;
  readonly findings: Findings;
  /** True where the point lies in the scan, some millimetres off its border. */
  readonly inScan: (p: Vector3) => boolean;
}

/** Positives (some nodules are found twice, as by several detectors) and negatives, shuffled, each some tenths of a millimetre off. */
export function placeCandidates(scene: ChestScene, random: Random): Candidate[] {
  const positives: Candidate[] = scene.findings.nodules.flatMap((nodule) =>
    Array.from({ length: random.uniform() < 0.35 ? 2 : 1 }, () => ({
      center: nodule.center,
      kind: 'nodule' as const,
      isNodule: true,
    })),
  );
  const negatives = chooseNegatives(scene, positives.length * NEGATIVES_PER_POSITIVE, random);
  const jittered = [...positives, ...negatives].map((candidate) => ({
    ...candidate,
    center: addScaled(candidate.center, randomInBall(random), 1.45),
  }));
  return random.shuffle(jittered);
}

function chooseNegatives(scene: ChestScene, count: number, random: Random): Candidate[] {
  const sources = negativeSources(scene, random);
  const chosen: Candidate[] = [];
  const take = (kind: SiteKind, wanted: number): void => {
    let left = wanted;
    for (const center of sources[kind]) {
      if (left <= 0) return;
      const near = kind === 'beside a nodule';
      const clear =
        scene.inScan(center) &&
        (near ||
          scene.findings.nodules.every((n) => distance(n.center, center) > CLEAR_MM + n.diameterMm / 2)) &&
        chosen.every((other) => distance(other.center, center) > 5);
      if (!clear) continue;
      chosen.push({ center, kind, isNodule: false });
      left--;
    }
  };
  for (const [kind, share] of SHARES)
    take(kind, kind === 'vessel fork' ? count - chosen.length : Math.round((share * count) / 100));
  // Vessels everywhere: only a chest that is nearly all nodules could leave a gap here.
  take('vessel', count - chosen.length);
  take('lung', count - chosen.length);
  return chosen;
}

/** Places of every kind, best first. */
function negativeSources(
  scene: ChestScene,
  random: Random,
): Record<Exclude<SiteKind, 'nodule'>, Vector3[]> & { nodule: [] } {
  const { chest, trees, skeleton, findings } = scene;
  const inLung = (p: Vector3): boolean => chest.depthInLungMm(p) > 1.5;
  const vessels = [...trees.arteries, ...trees.veins];
  return {
    nodule: [],
    'vessel fork': thickFirst(
      vessels.filter((branch) => branch.divides),
      random,
    )
      .map((branch) => branch.path.at(-1)!)
      .filter(inLung),
    vessel: thickFirst(vessels, random)
      .map((branch) => branch.path[Math.floor(branch.path.length / 2)]!)
      .filter(inLung),
    'vessel crossing': random.shuffle(crossings(trees)).filter(inLung),
    'airway wall': random
      .shuffle(trees.airways.filter(({ lumen }) => lumen.fromRadiusMm > 0.9 && lumen.fromRadiusMm < 4))
      .map(({ lumen, wallMm }) => {
        const along = unitOf(subtract(lumen.to, lumen.from));
        const side = unitOf(subtract(randomDirection(random), scale(along, 0.5)));
        return addScaled(mix(lumen.from, lumen.to, 0.5), side, lumen.fromRadiusMm + wallMm / 2);
      })
      .filter(inLung),
    'wall bump': findings.bumps.map((bump) => addScaled(bump.center, bump.axes[0], 0.4 * bump.halfMm[0])),
    rib: random
      .shuffle([...skeleton.ribPoints])
      .map((point) => addScaled(point, unitOf([-point[0], -0.5 * point[1], 0]), 4.5))
      .filter((point) => Math.abs(chest.depthInLungMm(point)) < 5),
    scar: findings.scars.map((scar) => scar.center),
    micronodule: findings.micronodules.map((nodule) => nodule.center),
    lung: Array.from({ length: 200 }, () => pointInLung(chest, random)),
    'beside a nodule': random
      .shuffle([...findings.nodules])
      .map((nodule) =>
        addScaled(
          nodule.center,
          randomDirection(random),
          Math.min(15.5, nodule.diameterMm / 2 + random.between(5, 9)),
        ),
      )
      .filter(inLung),
  };
}

/** Shuffled with weight on the thick: a detector reports a spot because it is bright. */
function thickFirst(branches: readonly Branch[], random: Random): Branch[] {
  return branches
    .filter((branch) => branch.toRadiusMm > 0.62)
    .map((branch) => ({ branch, key: random.uniform() / (branch.toRadiusMm * branch.toRadiusMm) }))
    .sort((a, b) => a.key - b.key)
    .map(({ branch }) => branch);
}

/** Where an artery and a vein of more than 1.2 mm nearly touch. */
function crossings(trees: LungTrees): Vector3[] {
  const pointsOf = (branches: readonly Branch[]): { point: Vector3; radiusMm: number }[] =>
    branches
      .filter((branch) => branch.fromRadiusMm > 0.6)
      .flatMap((branch) => branch.path.map((point) => ({ point, radiusMm: branch.fromRadiusMm })))
      .sort((a, b) => a.point[0] - b.point[0]);
  const arteries = pointsOf(trees.arteries);
  const farthestMm = 12;
  const found: Vector3[] = [];
  let first = 0;
  for (const vein of pointsOf(trees.veins)) {
    while (first < arteries.length && arteries[first]!.point[0] < vein.point[0] - farthestMm) first++;
    for (let i = first; i < arteries.length && arteries[i]!.point[0] < vein.point[0] + farthestMm; i++) {
      const artery = arteries[i]!;
      if (distance(vein.point, artery.point) < vein.radiusMm + artery.radiusMm + 0.8)
        found.push(mix(vein.point, artery.point, 0.5));
    }
  }
  return found;
}
