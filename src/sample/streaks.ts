import type { Random } from '../random.js';
import type { Vector3 } from '../volumes/voxels/volume.js';
import type { Acquisition } from './acquisition.js';
import type { Canvas } from './canvas.js';
import { smoothStep } from './points.js';

/** HU that streaks add to the voxels of a slice, row by row; undefined for a slice without any. */
export type StreakSlice = Float32Array | undefined;

const RAYS = 256;
/** Shoulders are in the X-rays' way from the apex down to here. */
const SHOULDERS_DOWN_MM = 85;
/** Metal's streaks run in its own slices and just beyond. */
const METAL_HALF_MM = 4;

/** Draws the streaks of slice after slice: rows at the shoulders' height, rays around metal. */
export function streakSource(
  canvas: Canvas,
  apexZ: number,
  { shouldersHu, metal }: Acquisition['streaks'],
  random: Random,
): (slice: number) => StreakSlice {
  const [nx, ny] = canvas.size;
  const added = new Float32Array(nx * ny);
  return (k) => {
    const z = canvas.startMm[2] + k * canvas.stepMm[2];
    const rowsHu = shouldersHu * smoothStep(apexZ - SHOULDERS_DOWN_MM, apexZ, z);
    const hasRays = metal !== undefined && Math.abs(z - metal[2]) < METAL_HALF_MM;
    if (rowsHu < 1 && !hasRays) return undefined;
    added.fill(0);
    if (rowsHu >= 1) addRows(added, nx, ny, rowsHu, random);
    if (hasRays) addRays(added, canvas, metal, random);
    return added;
  };
}

/** Every row brighter or darker, like the rows beside it, from left to right changing into another row's. */
function addRows(added: Float32Array, nx: number, ny: number, sdHu: number, random: Random): void {
  let [left, right] = [sdHu * roughNormal(random), sdHu * roughNormal(random)];
  for (let j = 0; j < ny; j++) {
    // 0.6^2 + 0.8^2 = 1 keeps the variance.
    left = 0.6 * left + 0.8 * sdHu * roughNormal(random);
    right = 0.6 * right + 0.8 * sdHu * roughNormal(random);
    for (let i = 0; i < nx; i++) added[j * nx + i]! += left + ((right - left) * i) / nx;
  }
}

/** Dark and bright rays that fade with the distance from `metal`. */
function addRays(added: Float32Array, canvas: Canvas, metal: Vector3, random: Random): void {
  const [nx, ny] = canvas.size;
  const { startMm, stepMm } = canvas;
  const rays = Float32Array.from({ length: RAYS }, () => 260 * roughNormal(random));
  for (let j = 0; j < ny; j++) {
    const y = startMm[1] + j * stepMm[1] - metal[1];
    for (let i = 0; i < nx; i++) {
      const x = startMm[0] + i * stepMm[0] - metal[0];
      const away = Math.sqrt(x * x + y * y);
      // 0 to 4 round the circle, without an arc tangent.
      const part = y / (Math.abs(x) + Math.abs(y) + 1e-6);
      const turn = ((x < 0 ? 2 - part : part < 0 ? 4 + part : part) * RAYS) / 4;
      const ray = Math.floor(turn);
      const t = turn - ray;
      const value = rays[ray % RAYS]! * (1 - t) + rays[(ray + 1) % RAYS]! * t;
      added[j * nx + i]! += (value * 14) / (14 + away);
    }
  }
}

/** Nearly normal, standard deviation 1: the sum of four uniform numbers. */
function roughNormal(random: Random): number {
  return (random.uniform() + random.uniform() + random.uniform() + random.uniform() - 2) * 1.7320508;
}
