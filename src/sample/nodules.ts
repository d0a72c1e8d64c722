import type { Random } from '../random.js';
import type { Vector3 } from '../volumes/voxels/volume.js';
import { axesAlong, drawLobes, type Lump } from './lumps.js';
import type { Site } from './places.js';
import { addScaled, randomDirection, randomInBall } from './points.js';
import type { Tube } from './vesselTree.js';

/** A tube of its own density that belongs to a finding. */
export interface DenseTube extends Tube {
  readonly valueHu: number;
}

/** Something that is painted into a lung and that a detector marks. */
export interface Finding {
  readonly center: Vector3;
  /** Half its size: a mark on it lies less than this from its centre. */
  readonly radiusMm: number;
  readonly lumps: readonly Lump[];
  readonly tubes: readonly DenseTube[];
}

export type NoduleDensity = 'solid' | 'part-solid' | 'ground-glass';

export interface Nodule extends Finding {
  readonly diameterMm: number;
  readonly site: Site;
  readonly density: NoduleDensity;
}

/** Half are 6 mm or less: somewhat smaller than LUNA16's 1,186 nodules (median 6.43), so that more are hard to tell. */
const DIAMETER_MM: readonly (readonly [share: number, mm: number])[] = [
  [0, 3.3],
  [0.1, 4.1],
  [0.25, 4.7],
  [0.5, 5.8],
  [0.75, 8.4],
  [0.9, 13],
  [0.97, 18.5],
  [1, 28],
];

/** A diameter from the distribution above. */
export function drawDiameterMm(random: Random): number {
  const share = random.uniform();
  const above = DIAMETER_MM.findIndex(([end]) => end >= share);
  const [fromShare, fromMm] = DIAMETER_MM[Math.max(0, above - 1)]!;
  const [toShare, toMm] = DIAMETER_MM[Math.max(1, above)]!;
  return fromMm + ((share - fromShare) / (toShare - fromShare)) * (toMm - fromMm);
}

/** A quarter touches nothing. */
export function drawSite(random: Random): Site {
  const pick = random.uniform();
  return pick < 0.26 ? 'free' : pick < 0.58 ? 'wall' : 'vessel';
}

/** Shape, density and edge of a nodule at its place. */
export function createNodule(center: Vector3, diameterMm: number, site: Site, random: Random): Nodule {
  const density = drawDensity(random);
  const radiusMm = diameterMm / 2;
  const solid = density === 'ground-glass' ? undefined : random.between(-30, 95);
  const body = drawBody(
    center,
    radiusMm,
    density === 'solid'
      ? { valueHu: solid!, edgeMm: random.between(0.8, 2) }
      : { valueHu: random.between(-690, -430), edgeMm: random.between(1.6, 3.2) },
    random,
  );
  const core = (): Lump =>
    drawBody(
      addScaled(center, randomInBall(random), 0.3 * radiusMm),
      radiusMm * random.between(0.35, 0.65),
      { valueHu: solid!, edgeMm: random.between(0.8, 1.6) },
      random,
    );
  return {
    center,
    radiusMm,
    diameterMm,
    site,
    density,
    lumps: density === 'part-solid' ? [body, core()] : [body],
    tubes: drawSpicules(body, diameterMm, random),
  };
}

function drawDensity(random: Random): NoduleDensity {
  const pick = random.uniform();
  return pick < 0.66 ? 'solid' : pick < 0.8 ? 'part-solid' : 'ground-glass';
}

/** An uneven ball. */
function drawBody(
  center: Vector3,
  radiusMm: number,
  look: Pick<Lump, 'valueHu' | 'edgeMm'>,
  random: Random,
): Lump {
  const lobed = random.uniform() < 0.6;
  const long = random.between(1, 1.3);
  return {
    center,
    axes: axesAlong(randomDirection(random), random),
    halfMm: [radiusMm * long, radiusMm / Math.sqrt(long), radiusMm / Math.sqrt(long)],
    lobes: drawLobes(lobed ? 6 : 3, lobed ? 0.34 : 0.14, random),
    ...look,
  };
}

/** Fine strands from the rim of some of the larger ones. */
function drawSpicules({ center, halfMm, valueHu }: Lump, diameterMm: number, random: Random): DenseTube[] {
  const spiculated = diameterMm > 6 && random.uniform() < 0.4;
  return Array.from({ length: spiculated ? 4 + random.integer(6) : 0 }, () => {
    const towards = randomDirection(random);
    return {
      from: addScaled(center, towards, 0.75 * halfMm[1]),
      to: addScaled(center, towards, halfMm[1] * random.between(1.3, 1.8)),
      fromRadiusMm: random.between(0.5, 1.1),
      toRadiusMm: 0.25,
      valueHu,
    };
  });
}

/** A finding that is one lump. */
export function findingOf(lump: Lump): Finding {
  const [a, b, c] = lump.halfMm;
  return { center: lump.center, radiusMm: (a + b + c) / 3, lumps: [lump], tubes: [] };
}
