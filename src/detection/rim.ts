import type { LungInterior } from './lungInterior.js';
import { type Blob, RADII_PER_SIGMA } from './octave.js';

/** What lies on the sphere around a blob that a ball of its size would end at. */
export interface Rim {
  /** Brightness in the dimmest tenth of all directions, and in the brightest quarter: 0 lung, 1 as the blob's middle. */
  readonly dim: number;
  readonly bright: number;
  /** Of the blob's middle to the lung's own tissue. */
  readonly contrastHu: number;
}

/** Directions spread evenly over a sphere, by the golden angle. */
const DIRECTIONS = Array.from({ length: 60 }, (_, i) => {
  const z = 1 - (2 * i + 1) / 60;
  const [across, angle] = [Math.sqrt(1 - z * z), i * Math.PI * (3 - Math.sqrt(5))];
  return [across * Math.cos(angle), across * Math.sin(angle), z] as const;
});
const [DIM, BRIGHT] = [0.1 * 60, 0.75 * 60];

/** Radii, in those of the ball, at which the middle's brightness is taken, beside the centre. */
const MIDDLE = [0.35, 0.6];

/** A fainter contrast than this is noise's: brightness is said in parts of it at least. */
const LEAST_HU = 40;

/** A ball's rim is half as bright as its middle all around; a tube's is dim beside and bright along it, a plate's bright around. */
export function rimOf(interior: LungInterior, blob: Blob): Rim {
  const radius = RADII_PER_SIGMA * blob.sigma;
  const at = (share: number) =>
    DIRECTIONS.map(([x, y, z]) => {
      const away = share * radius;
      return huAt(interior, blob.x + away * x, blob.y + away * y, blob.z + away * z) - interior.lungHu;
    });
  const middle = [huAt(interior, blob.x, blob.y, blob.z) - interior.lungHu, ...MIDDLE.flatMap(at)];
  const contrastHu = Math.max(LEAST_HU, middle.reduce((sum, hu) => sum + hu, 0) / middle.length);
  const rim = at(1).sort((a, b) => a - b);
  return { dim: rim[DIM]! / contrastHu, bright: rim[BRIGHT]! / contrastHu, contrastHu };
}

/** Linear between voxels; beyond the box as at its border. */
function huAt(
  { dataHu, size: [width, height, depth] }: LungInterior,
  x: number,
  y: number,
  z: number,
): number {
  const inside = (place: number, voxels: number): number => Math.max(0, Math.min(voxels - 1.001, place));
  const [xIn, yIn, zIn] = [inside(x, width), inside(y, height), inside(z, depth)];
  const [i, j, k] = [Math.floor(xIn), Math.floor(yIn), Math.floor(zIn)];
  const [fx, fy, fz] = [xIn - i, yIn - j, zIn - k];
  const along = (from: number): number => dataHu[from]! + fx * (dataHu[from + 1]! - dataHu[from]!);
  const across = (from: number): number => along(from) + fy * (along(from + width) - along(from));
  const first = (k * height + j) * width + i;
  return across(first) + fz * (across(first + width * height) - across(first));
}
