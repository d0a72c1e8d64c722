import type { Random } from '../random.js';
import { type Mimic, placeMimics } from './mimics.js';
import { createNodule, drawDiameterMm, drawSite, type Nodule } from './nodules.js';
import { type Field, placeBall } from './places.js';
import type { Skeleton } from './skeleton.js';

export interface Findings {
  readonly nodules: readonly Nodule[];
  readonly mimics: readonly Mimic[];
}

/** Nodules keep this far from each other's surface, so that each is a finding of its own. */
const APART_MM = 14;

/** Six to ten nodules a scan, and what looks like them. */
export function placeFindings(field: Field, skeleton: Skeleton, random: Random): Findings {
  const draws = random.fork('nodules');
  const count = 6 + draws.integer(5);
  const diameters = Array.from({ length: count }, () => drawDiameterMm(draws)).sort((a, b) => b - a);
  const nodules: Nodule[] = [];
  for (const diameterMm of diameters) {
    const site = drawSite(draws);
    const center = placeBall(field, { site, diameterMm, taken: nodules, apartMm: APART_MM }, draws);
    nodules.push(createNodule(center, diameterMm, site, draws));
  }
  return { nodules, mimics: placeMimics(field, skeleton, nodules, random.fork('mimics')) };
}
