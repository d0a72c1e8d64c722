import type { Random } from '../random.js';
import type { Vector3 } from '../volumes/voxels/volume.js';
import { ANATOMY_KINDS, type AnatomyKind, anatomySites } from './anatomySites.js';
import type { Findings } from './findings.js';
import { MIMIC_KINDS, type MimicKind } from './mimics.js';
import type { Nodule } from './nodules.js';
import type { Field, PlacedBall } from './places.js';
import { addScaled, distance, randomDirection, randomInBall } from './points.js';
import type { Skeleton } from './skeleton.js';

export type NegativeKind = AnatomyKind | MimicKind | 'beside a nodule';
export const NEGATIVE_KINDS: readonly NegativeKind[] = [...MIMIC_KINDS, ...ANATOMY_KINDS, 'beside a nodule'];

/** A place that a detector reports, and what is there. */
export type Candidate =
  | { readonly center: Vector3; readonly kind: 'nodule'; readonly nodule: Nodule }
  | { readonly center: Vector3; readonly kind: NegativeKind };

/** Negatives to one positive. */
export const NEGATIVES_PER_POSITIVE = 5;

/** How many of a hundred negatives come from each kind of place; what a kind cannot fill, later ones do. */
const SHARES: readonly (readonly [NegativeKind, number])[] = [
  ['beside a nodule', 2],
  ['micronodule', 7],
  ['granuloma', 3],
  ['lymph node', 3],
  ['hilar lymph node', 2],
  ['mucus plug', 6],
  ['infiltrate', 3],
  ['costochondral bump', 4],
  ['wall bump', 4],
  ['scar', 3],
  ['diaphragm dome', 1],
  ['airway wall', 5],
  ['rib', 3],
  ['lung', 1],
  ['hilar vessel', 7],
  ['vessel crossing', 8],
  ['end-on vessel', 16],
  ['vessel fork', 100],
];

/** Marks of negatives are farther than the patch's half width from every mark of a nodule, so that training may use them. */
const CLEAR_MM = 16;
/** A mark is off the middle of what it marks by less than this, and by less than 0.9 of its radius. */
export const FARTHEST_OFF_MM = 4;

export interface ChestScene {
  readonly field: Field;
  readonly skeleton: Skeleton;
  readonly findings: Findings;
  /** True where the point lies in the scan, some millimetres off its border. */
  readonly inScan: (p: Vector3) => boolean;
}

/**
 * What a detector reports, shuffled: most nodules (some of them twice), and places that are none. Marks lie off the middle
 * by the same rule for both, so that the offset tells nothing.
 */
export function placeCandidates(scene: ChestScene, random: Random): Candidate[] {
  const positives = scene.findings.nodules.flatMap((nodule): Candidate[] =>
    Array.from({ length: timesFound(nodule, random) }, () => ({
      center: offMiddle(nodule, random),
      kind: 'nodule',
      nodule,
    })),
  );
  const negatives = chooseNegatives(scene, positives.length * NEGATIVES_PER_POSITIVE, random);
  return random.shuffle([...positives, ...negatives]);
}

/** Small nodules are missed more often. */
function timesFound({ diameterMm }: Nodule, random: Random): number {
  const pick = random.uniform();
  if (pick < (diameterMm < 6 ? 0.06 : 0.02)) return 0;
  return pick > 0.72 ? 2 : 1;
}

function offMiddle({ center, radiusMm }: PlacedBall, random: Random): Vector3 {
  return addScaled(center, randomInBall(random), farthestOff({ radiusMm }));
}

function farthestOff({ radiusMm }: Pick<PlacedBall, 'radiusMm'>): number {
  return Math.min(FARTHEST_OFF_MM, 0.9 * radiusMm);
}

function chooseNegatives(scene: ChestScene, count: number, random: Random): Candidate[] {
  const { nodules } = scene.findings;
  const sources = negativeSources(scene, random);
  const chosen: Candidate[] = [];
  const take = (kind: NegativeKind, wanted: number): void => {
    let left = wanted;
    for (const place of sources[kind]) {
      if (left <= 0) return;
      const isClear =
        scene.inScan(place.center) &&
        (kind === 'beside a nodule' ||
          nodules.every(
            (nodule) =>
              distance(nodule.center, place.center) > CLEAR_MM + farthestOff(nodule) + farthestOff(place),
          )) &&
        chosen.every((other) => distance(other.center, place.center) > 5);
      if (!isClear) continue;
      chosen.push({ center: offMiddle(place, random), kind });
      left--;
    }
  };
  for (const [kind, share] of SHARES)
    take(kind, Math.min(count - chosen.length, Math.max(1, Math.round((share * count) / 100))));
  // Vessels everywhere: only a field that is nearly all nodules could leave a gap here.
  take('vessel', count - chosen.length);
  take('lung', count - chosen.length);
  return chosen;
}

/** Places of every kind, best first. */
function negativeSources(
  { field, skeleton, findings }: ChestScene,
  random: Random,
): Readonly<Record<NegativeKind, readonly PlacedBall[]>> {
  const mimics = Object.fromEntries(
    MIMIC_KINDS.map((kind) => [kind, findings.mimics.filter((mimic) => mimic.kind === kind)]),
  ) as unknown as Record<MimicKind, readonly PlacedBall[]>;
  return {
    ...mimics,
    ...anatomySites(field, skeleton, random),
    'beside a nodule': random.shuffle([...findings.nodules]).map(({ center, radiusMm }) => ({
      center: addScaled(center, randomDirection(random), Math.min(15.5, radiusMm + random.between(5, 9))),
      radiusMm: 1,
    })),
  };
}
