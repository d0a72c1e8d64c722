import type { Random } from '../random.js';
import type { Vector3 } from '../volumes/voxels/volume.js';
import {
  createSmoothNoise,
  ellipsoid,
  smoothIntersection,
  smoothStep,
  smoothUnion,
  unitOf,
} from './points.js';

/**
 * One person's chest. Points are in mm around the middle of the chest, in the world's axes (LPS):
 * +x to the patient's left, +y to the back, +z to the head.
 */
export interface ChestSizes {
  /** Half width and half depth of the rib cage's inner side at its widest. */
  readonly halfWidthMm: number;
  readonly halfDepthMm: number;
  /** From the deepest point of the lungs to their apex. */
  readonly heightMm: number;
  /** Under the skin, at the side. */
  readonly fatMm: number;
  /** Contrast agent: HU of blood. */
  readonly bloodHu: number;
  readonly breasts: boolean;
}

/** Signed distances (mm, near the surface; negative inside) of the large parts at one point. */
export interface Tissues {
  body: number;
  muscle: number;
  cavity: number;
  lung: number;
  heart: number;
  /** Negative below the diaphragm. */
  belowDiaphragm: number;
  liver: number;
  /** Spleen and stomach. */
  leftOrgans: number;
  /** Zero on the lobes' borders; sides are above and below. */
  obliqueFissure: number;
  horizontalFissure: number;
}

export interface ChestShape {
  readonly sizes: ChestSizes;
  /** Height of the lungs' lowest and highest point. */
  readonly baseZ: number;
  readonly apexZ: number;
  tissuesAt(x: number, y: number, z: number): Tissues;
  /** tissuesAt().lung alone, in a third of the time. */
  lungAt(x: number, y: number, z: number): number;
  /** Distance to the lung's wall in mm; positive inside a lung. */
  depthInLungMm(p: Vector3): number;
  /** Unit vector towards the inside of the lung. */
  inwardNormal(p: Vector3): Vector3;
  /** Point where the ray from the rib cage's axis at height z meets its inner side. `towards` = unit vector in x, y. */
  cavityWall(z: number, towards: readonly [number, number]): Vector3;
  /** Half axes of the rib cage's inner side at height z, and its middle's y. */
  cavityAt(z: number): { halfX: number; halfY: number; middleY: number };
}

export function createChestShape(random: Random): ChestShape {
  const sizes = drawChestSizes(random);
  const { halfWidthMm: halfWidth, halfDepthMm: halfDepth, heightMm } = sizes;
  const baseZ = -heightMm / 2;
  const apexZ = heightMm / 2;
  const warp = [0, 1, 2].map((axis) => createSmoothNoise(random.fork(`warp ${axis}`), 38));
  const warpMm = 3.2;

  const cavityAt = (z: number): { halfX: number; halfY: number; middleY: number } => {
    const t = (z - baseZ) / heightMm;
    const up = Math.min(1, Math.max(0, (t - 0.42) / 0.615));
    const down = Math.max(0, (0.42 - t) / 0.42);
    const narrow = Math.sqrt(Math.max(0.0004, 1 - up * up * up));
    return {
      halfX: halfWidth * narrow * (1 - 0.07 * down * down),
      halfY: halfDepth * (0.25 + 0.75 * narrow) * (narrow < 0.1 ? narrow * 10 : 1),
      middleY: 10 * up * up,
    };
  };
  const cavityDistance = (x: number, y: number, z: number): number => {
    const { halfX, halfY, middleY } = cavityAt(z);
    const u = (x / halfX) * (x / halfX);
    const v = ((y - middleY) / halfY) * ((y - middleY) / halfY);
    // The cross term makes it boxier than an ellipse: 0 would be a superellipse of exponent 4, 2 the ellipse.
    const q = Math.sqrt(Math.sqrt(u * u + v * v + 1.15 * u * v));
    return Math.max((q - 1) * Math.min(halfX, halfY) * 1.15, z - apexZ - 4);
  };

  // Called some hundred thousand times a scan: plain numbers, no tuples.
  const warpX = (x: number, y: number, z: number): number => x + warpMm * warp[0]!(x, y, z);
  const warpY = (x: number, y: number, z: number): number => y + warpMm * warp[1]!(x, y, z);
  const warpZ = (x: number, y: number, z: number): number => z + warpMm * warp[2]!(x, y, z);
  const lungDistance = (cavity: number, middle: number, belowDiaphragm: number): number =>
    smoothIntersection(smoothIntersection(cavity + 1.5, -middle, 9), -belowDiaphragm, 6);
  const lungAt = (x0: number, y0: number, z0: number): number => {
    const [x, y, z] = [warpX(x0, y0, z0), warpY(x0, y0, z0), warpZ(x0, y0, z0)];
    const middle = mediastinumDistance(x, y, z, sizes, heartDistance(x, y, z, sizes, baseZ));
    return lungDistance(cavityDistance(x, y, z), middle, z - diaphragmHeight(x, y, sizes, baseZ));
  };
  const tissuesAt = (x0: number, y0: number, z0: number): Tissues => {
    const [x, y, z] = [warpX(x0, y0, z0), warpY(x0, y0, z0), warpZ(x0, y0, z0)];
    const cavity = cavityDistance(x, y, z);
    const belowDiaphragm = z - diaphragmHeight(x, y, sizes, baseZ);
    const heart = heartDistance(x, y, z, sizes, baseZ);
    const lung = lungDistance(cavity, mediastinumDistance(x, y, z, sizes, heart), belowDiaphragm);
    const body = bodyDistance(x0, y0, z0, sizes);
    const muscle = Math.max(muscleDistance(x, y, z, sizes, cavity, apexZ), body + 4);
    const abdomen = Math.max(belowDiaphragm + 2.5, cavity + 5);
    // The liver reaches over the middle in front of the stomach.
    const liver = smoothIntersection(abdomen, x - 8 + 0.5 * y - 0.25 * (z - baseZ), 10);
    const leftOrgans = smoothIntersection(abdomen, leftOrgansDistance(x, y, z, sizes, baseZ), 5);
    const side = x < 0 ? 1.05 : 0.95;
    const obliqueFissure = z * 0.72 - (y * 0.75 * side + (x < 0 ? -4 : 2));
    const inFront = obliqueFissure < -2 ? 0 : 1000;
    const horizontalFissure = x < 0 ? z - 4 - y * 0.15 + inFront : 1000;
    return {
      body,
      muscle,
      cavity,
      lung,
      heart,
      belowDiaphragm,
      liver,
      leftOrgans,
      obliqueFissure,
      horizontalFissure,
    };
  };

  const slope = (p: Vector3): Vector3 => {
    const lung = (dx: number, dy: number, dz: number): number => lungAt(p[0] + dx, p[1] + dy, p[2] + dz);
    return [lung(1, 0, 0) - lung(-1, 0, 0), lung(0, 1, 0) - lung(0, -1, 0), lung(0, 0, 1) - lung(0, 0, -1)];
  };
  return {
    sizes,
    baseZ,
    apexZ,
    tissuesAt,
    lungAt,
    cavityAt,
    depthInLungMm: (p) => {
      const [gx, gy, gz] = slope(p);
      const steep = Math.sqrt(gx * gx + gy * gy + gz * gz) / 2;
      return -lungAt(p[0], p[1], p[2]) / Math.max(0.4, steep);
    },
    inwardNormal: (p) => {
      const [gx, gy, gz] = slope(p);
      return unitOf([-gx, -gy, -gz]);
    },
    cavityWall: (z, [ux, uy]) => {
      const { middleY } = cavityAt(z);
      let [low, high] = [0, 2 * halfWidth];
      for (let round = 0; round < 40; round++) {
        const radius = (low + high) / 2;
        if (tissuesAt(ux * radius, middleY + uy * radius, z).cavity < 0) low = radius;
        else high = radius;
      }
      return [ux * low, middleY + uy * low, z];
    },
  };
}

/** The sizes that createChestShape() gives for the same generator; cheap. */
export function drawChestSizes(chestRandom: Random): ChestSizes {
  const random = chestRandom.fork('sizes');
  const breasts = random.uniform() < 0.45;
  const build = random.between(0.94, 1.06);
  return {
    halfWidthMm: (breasts ? 106 : 114) * build * random.between(0.97, 1.03),
    halfDepthMm: (breasts ? 72 : 78) * build * random.between(0.95, 1.05),
    heightMm: (breasts ? 192 : 208) * build * random.between(0.95, 1.05),
    fatMm: random.between(9, 20),
    bloodHu: random.uniform() < 0.5 ? random.between(38, 50) : random.between(110, 210),
    breasts,
  };
}

/** Height of the diaphragm: two domes, the right one higher. */
function diaphragmHeight(x: number, y: number, sizes: ChestSizes, baseZ: number): number {
  const dome = (centerX: number, top: number): number => {
    const dx = x - centerX;
    const dy = y + 0.1 * sizes.halfDepthMm;
    return top - (dx * dx) / 68 - (dy * dy) / (dy > 0 ? 112 : 150);
  };
  const right = dome(-0.52 * sizes.halfWidthMm, baseZ + 0.33 * sizes.heightMm);
  const left = dome(0.55 * sizes.halfWidthMm, baseZ + 0.27 * sizes.heightMm);
  return -smoothUnion(-right, -left, 12);
}

function heartDistance(x: number, y: number, z: number, sizes: ChestSizes, baseZ: number): number {
  const [w, d, h] = [sizes.halfWidthMm, sizes.halfDepthMm, sizes.heightMm];
  const centerZ = baseZ + 0.34 * h;
  // Tilted: the apex points to the left, the front and down.
  const tilted = x + 0.35 * (z - centerZ);
  const ventricles = ellipsoid(tilted, y, z, [0.2 * w, -0.22 * d, centerZ], [0.4 * w, 0.5 * d, 0.2 * h]);
  const atria = ellipsoid(x, y, z, [-0.06 * w, 0.08 * d, centerZ + 0.1 * h], [0.33 * w, 0.36 * d, 0.15 * h]);
  return smoothUnion(ventricles, atria, 12);
}

/** Spleen at the back, stomach in front of it. */
function leftOrgansDistance(x: number, y: number, z: number, sizes: ChestSizes, baseZ: number): number {
  const [w, d] = [sizes.halfWidthMm, sizes.halfDepthMm];
  const spleen = ellipsoid(x, y, z, [0.68 * w, 0.42 * d, baseZ + 8], [0.26 * w, 0.42 * d, 46]);
  const stomach = ellipsoid(x, y, z, [0.42 * w, -0.22 * d, baseZ + 12], [0.34 * w, 0.46 * d, 48]);
  return Math.min(spleen, stomach);
}

/** Everything between the lungs. */
function mediastinumDistance(x: number, y: number, z: number, sizes: ChestSizes, heart: number): number {
  const [w, d, h] = [sizes.halfWidthMm, sizes.halfDepthMm, sizes.heightMm];
  const spineY = 0.7 * d;
  const spine = Math.sqrt(x * x + (y - spineY) * (y - spineY)) - 20;
  const behindSpine = Math.max(Math.abs(x) - 17, spineY - y);
  const across = (y - 0.02 * d) / (0.85 * d);
  const upper = smoothStep(0.12 * h, 0.32 * h, z);
  const halfWidth = 5 + (21 + 6 * upper) * Math.max(0, 1 - across * across);
  const septum = Math.abs(x - 3) - halfWidth;
  const hilum = Math.min(
    ellipsoid(x, y, z, [-0.27 * w, 0.12 * d, 0.02 * h], [14, 15, 20]),
    ellipsoid(x, y, z, [0.27 * w, 0.12 * d, 0.05 * h], [14, 15, 18]),
  );
  const aorta = Math.sqrt((x - 21) * (x - 21) + (y - 0.5 * d) * (y - 0.5 * d)) - 14;
  const descending = Math.max(aorta, z - 0.26 * h);
  const large = smoothUnion(smoothUnion(heart - 3, septum, 10), smoothUnion(hilum, descending, 8), 8);
  return smoothUnion(large, smoothUnion(spine, behindSpine, 10), 8);
}

function bodyDistance(x: number, y: number, z: number, sizes: ChestSizes): number {
  const [w, d, h] = [sizes.halfWidthMm, sizes.halfDepthMm, sizes.heightMm];
  const shoulders = smoothStep(0, 0.5 * h, z);
  const halfX = w + 22 + sizes.fatMm + 12 * shoulders;
  const halfY = d + 22 + 0.6 * sizes.fatMm - 8 * shoulders;
  const centerY = 8;
  const u = (x / halfX) * (x / halfX);
  const v = ((y - centerY) / halfY) * ((y - centerY) / halfY);
  const trunk = (Math.sqrt(Math.sqrt(u * u + v * v + 1.2 * u * v)) - 1) * halfY;
  if (!sizes.breasts) return trunk;
  const breast = ellipsoid(Math.abs(x), y, z, [0.52 * w, -d - 20, -0.14 * h], [0.5 * w, 34, 48]);
  return smoothUnion(trunk, breast, 14);
}

/** Outer side of the muscles: a layer on the ribs, thick beside the spine, at the shoulder blades and under the collar bones. */
function muscleDistance(
  x: number,
  y: number,
  z: number,
  sizes: ChestSizes,
  cavity: number,
  apexZ: number,
): number {
  const [w, d] = [sizes.halfWidthMm, sizes.halfDepthMm];
  const side = Math.abs(x);
  const ribs = cavity - 13;
  const back = ellipsoid(side, y, 0, [26, d + 14, 0], [34, 17, 1e6]);
  const blades = ellipsoid(side, y, z, [0.78 * w, 0.78 * d, apexZ - 52], [44, 34, 74]);
  const pectoral = ellipsoid(side, y, z, [0.5 * w, -0.8 * d, apexZ - 58], [52, 30, 52]);
  const armpit = ellipsoid(side, y, z, [w + 6, 0.1 * d, apexZ - 18], [26, 44, 46]);
  return smoothUnion(
    smoothUnion(ribs, back, 10),
    smoothUnion(smoothUnion(blades, pectoral, 8), armpit, 8),
    10,
  );
}
