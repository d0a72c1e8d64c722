import type { Random } from '../random.js';
import { add, cross, scale, subtract } from '../volumes/voxels/vectors.js';
import type { Vector3 } from '../volumes/voxels/volume.js';
import { axesAlong, drawLobes, type Lump } from './lumps.js';
import { hilarNode, nodeOnFissure, nodeUnderPleura } from './lymphNodes.js';
import { type DenseTube, drawSite, type Finding, findingOf } from './nodules.js';
import { type Field, isInField, onWall, type PlacedBall, placeBall, pointInLung } from './places.js';
import { addScaled, distance, mix, randomDirection, randomInBall, unitOf } from './points.js';
import type { Skeleton } from './skeleton.js';
import { tube } from './vesselTree.js';

/** What is painted into the lungs because it looks like a nodule and is none. */
export const MIMIC_KINDS = [
  'micronodule',
  'granuloma',
  'lymph node',
  'hilar lymph node',
  'mucus plug',
  'infiltrate',
  'costochondral bump',
  'wall bump',
  'scar',
] as const;
export type MimicKind = (typeof MIMIC_KINDS)[number];

export interface Mimic extends Finding {
  readonly kind: MimicKind;
}

/** How many a scan has of each kind; fewer where its part of the chest has no place for them. */
const COUNTS: Readonly<Record<MimicKind, readonly [least: number, most: number]>> = {
  micronodule: [6, 9],
  granuloma: [4, 7],
  'lymph node': [6, 9],
  'hilar lymph node': [1, 3],
  'mucus plug': [4, 7],
  infiltrate: [3, 6],
  'costochondral bump': [3, 6],
  'wall bump': [5, 9],
  scar: [4, 7],
};

/** Mimics keep so far from a nodule's surface, and half as far from each other. */
const APART_MM = 7;

/** All mimics of a scan, none in a nodule. */
export function placeMimics(
  field: Field,
  skeleton: Skeleton,
  nodules: readonly PlacedBall[],
  random: Random,
): Mimic[] {
  const mimics: Mimic[] = [];
  for (const kind of MIMIC_KINDS) {
    const draws = random.fork(kind);
    const [least, most] = COUNTS[kind];
    const count = least + draws.integer(most - least + 1);
    const propose = proposers[kind];
    for (let tries = 0, found = 0; found < count && tries < 300 * count; tries++) {
      const finding = propose({ field, skeleton, taken: [...nodules, ...mimics], random: draws });
      if (finding === undefined || !isFree(finding, field, nodules, mimics)) continue;
      mimics.push({ kind, ...finding });
      found++;
    }
  }
  return mimics;
}

function isFree(
  { center, radiusMm }: PlacedBall,
  field: Field,
  nodules: readonly PlacedBall[],
  others: readonly PlacedBall[],
): boolean {
  const apart = (other: PlacedBall): number => distance(center, other.center) - radiusMm - other.radiusMm;
  return (
    isInField(field, center) &&
    nodules.every((nodule) => apart(nodule) > APART_MM) &&
    others.every((other) => apart(other) > APART_MM / 2)
  );
}

interface Scene {
  readonly field: Field;
  readonly skeleton: Skeleton;
  readonly taken: readonly PlacedBall[];
  readonly random: Random;
}
type Proposer = (scene: Scene) => Finding | undefined;

/** One draw of each kind, or undefined when it hit no place. */
const proposers: Readonly<Record<MimicKind, Proposer>> = {
  // Below 3 mm: LUNA16 leaves them out of its reference.
  micronodule: (scene) => roundFinding(scene, scene.random.between(1.7, 2.9), scene.random.between(-40, 90)),
  // Calcified: dense for its size.
  granuloma: (scene) => roundFinding(scene, scene.random.between(2.4, 6), scene.random.between(230, 650)),
  'lymph node': ({ field, random }) =>
    random.uniform() < 0.6 ? nodeOnFissure(field, random) : nodeUnderPleura(field, random),
  'hilar lymph node': ({ field, random }) => hilarNode(field, random),
  'mucus plug': ({ field, random }) => mucusPlug(field, random),
  infiltrate: ({ field, random }) => infiltrate(field, random),
  'costochondral bump': ({ field, skeleton, random }) => costochondralBump(field, skeleton, random),
  'wall bump': ({ field, random }) => wallBump(field, random),
  scar: ({ field, random }) => scar(field, random),
};

function roundFinding({ field, taken, random }: Scene, diameterMm: number, valueHu: number): Finding {
  const request = { site: drawSite(random), diameterMm, taken, apartMm: APART_MM };
  const center = placeBall(field, request, random);
  const radiusMm = diameterMm / 2;
  const long = random.between(1, 1.25);
  return findingOf({
    center,
    axes: axesAlong(randomDirection(random), random),
    halfMm: [radiusMm * long, radiusMm / Math.sqrt(long), radiusMm / Math.sqrt(long)],
    lobes: drawLobes(3, 0.2, random),
    valueHu,
    edgeMm: random.between(0.8, 1.6),
  });
}

/** An airway's lumen filled and widened over some millimetres. */
function mucusPlug(field: Field, random: Random): Finding | undefined {
  const { airways } = field.trees;
  const { lumen, wallMm } = airways[random.integer(airways.length)]!;
  if (!isInField(field, lumen.from) || lumen.fromRadiusMm < 0.8 || lumen.fromRadiusMm > 2.6) return undefined;
  const center = mix(lumen.from, lumen.to, 0.5);
  const half = Math.max(2.2, distance(lumen.from, lumen.to) * random.between(0.35, 0.6));
  const wide = (lumen.fromRadiusMm + wallMm) * random.between(1, 1.4);
  return findingOf({
    center,
    axes: axesAlong(unitOf(subtract(lumen.to, lumen.from)), random),
    halfMm: [half, wide, wide],
    lobes: drawLobes(3, 0.2, random),
    valueHu: random.between(-15, 45),
    edgeMm: random.between(0.8, 1.5),
  });
}

/** Ground glass of an infection: ill-defined, of several parts in a row. */
function infiltrate(field: Field, random: Random): Finding | undefined {
  const center = pointInLung(field, random);
  if (field.chest.depthInLungMm(center) < 4) return undefined;
  const along = randomDirection(random);
  const size = random.between(2, 4.5);
  const valueHu = random.between(-720, -480);
  const lumps = [-1, 0, 1].slice(0, 2 + random.integer(2)).map((place) => ({
    center: add(
      addScaled(center, along, place * size * random.between(0.9, 1.5)),
      scale(randomInBall(random), 0.5 * size),
    ),
    axes: axesAlong(randomDirection(random), random),
    halfMm: [0, 1, 2].map(() => size * random.between(0.6, 1.2)) as unknown as Vector3,
    lobes: drawLobes(5, 0.35, random),
    valueHu: valueHu + random.between(-40, 40),
    edgeMm: random.between(1.6, 3.2),
  }));
  return { center, radiusMm: size, lumps, tubes: [] };
}

/** Where a rib's bone ends in cartilage, at the front: a knob that bulges into the lung. */
function costochondralBump(field: Field, { junctions }: Skeleton, random: Random): Finding | undefined {
  const { chest } = field;
  const junction = junctions[random.integer(junctions.length)]!;
  if (!isInField(field, junction)) return undefined;
  const center = onWall(chest, junction, random.between(-0.5, 1.5));
  if (Math.abs(chest.depthInLungMm(center)) > 4) return undefined;
  const half = random.between(2.2, 4.8);
  const axes = axesAlong(chest.inwardNormal(center), random);
  const knob: Lump = {
    center,
    axes,
    halfMm: [half * random.between(0.6, 1), half, half * random.between(0.9, 1.3)],
    lobes: drawLobes(4, 0.2, random),
    valueHu: random.between(40, 190),
    edgeMm: random.between(0.8, 1.5),
  };
  const ossified: Lump = {
    ...knob,
    center: addScaled(center, axes[0], -0.7 * half),
    halfMm: scale(knob.halfMm, 0.6),
    valueHu: random.between(220, 480),
  };
  return { center, radiusMm: half, lumps: random.uniform() < 0.5 ? [knob, ossified] : [knob], tubes: [] };
}

/** A thickening of the pleura, or fat below it: flat, though not in every slice. */
function wallBump({ chest, lowZ, highZ }: Field, random: Random): Finding | undefined {
  const point = pointInLung({ chest, lowZ, highZ }, random);
  if (chest.depthInLungMm(point) > 14) return undefined;
  const center = onWall(chest, point, random.between(-0.3, 1));
  const wide = random.between(2.5, 6.5);
  return findingOf({
    center,
    axes: axesAlong(chest.inwardNormal(center), random),
    halfMm: [Math.min(4.5, wide * random.between(0.4, 0.8)), wide, wide * random.between(1, 1.7)],
    lobes: drawLobes(4, 0.2, random),
    valueHu: random.uniform() < 0.3 ? random.between(-110, -60) : random.between(0, 70),
    edgeMm: random.between(0.8, 1.6),
  });
}

/** A band of scar tissue with a side branch, thickest where they meet. */
function scar({ chest, lowZ, highZ }: Field, random: Random): Finding | undefined {
  const center = pointInLung({ chest, lowZ, highZ }, random);
  const depth = chest.depthInLungMm(center);
  if (depth < 2 || depth > 18) return undefined;
  const along = unitOf(cross(chest.inwardNormal(center), randomDirection(random)), [0, 1, 0]);
  const half = random.between(4, 10);
  const thickMm = random.between(0.9, 2.2);
  const valueHu = random.between(-120, 50);
  const bend = scale(randomInBall(random), 0.5 * half);
  const tail = add(center, scale(randomDirection(random), half));
  const strand = (...ends: Parameters<typeof tube>): DenseTube => ({ ...tube(...ends), valueHu });
  return {
    center,
    radiusMm: Math.max(2, thickMm),
    lumps: [],
    tubes: [
      strand(addScaled(center, along, -half), center, 0.4, thickMm),
      strand(center, add(addScaled(center, along, half), bend), thickMm, 0.4),
      strand(center, tail, thickMm * 0.8, 0.3),
    ],
  };
}
