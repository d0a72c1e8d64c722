import type { Random } from '../random.js';
import type { Acquisition } from './acquisition.js';
import type { Canvas } from './canvas.js';
import { noiseSource } from './scannerNoise.js';
import { type StreakSlice, streakSource } from './streaks.js';

/** HU that CT files hold; below is unreadable in 12 bits with intercept -1024. */
const LOWEST_HU = -1024;
const HIGHEST_HU = 3071;

/**
 * What the scanner does to the painted slices: the kernel's overshoot, streaks, and noise, stronger by `shoulderGain` a
 * decimetre above the chest's middle, where shoulders absorb more. Clamps to CT's range.
 */
export function scan(
  canvas: Canvas,
  apexZ: number,
  { kernel, noise, streaks }: Pick<Acquisition, 'kernel' | 'noise' | 'streaks'>,
  random: Random,
): void {
  const [nx, ny, nz] = canvas.size;
  const nextNoise = noiseSource(nx, ny, kernel.noiseSide, random.fork('noise'));
  const streaksOf = streakSource(canvas, apexZ, streaks, random.fork('streaks'));
  for (let k = 0; k < nz; k++) {
    const slice = canvas.data.subarray(k * nx * ny, (k + 1) * nx * ny);
    if (kernel.overshoot > 0) sharpen(slice, nx, ny, kernel.overshoot);
    const towardsHead = Math.max(0, (canvas.startMm[2] + k * canvas.stepMm[2]) / 100);
    const sd = noise.sdHu * (1 + noise.shoulderGain * towardsHead);
    addGrain(slice, nextNoise(), sd, streaksOf(k));
  }
}

function addGrain(slice: Int16Array, grain: Float32Array, sdHu: number, streak: StreakSlice): void {
  for (let at = 0; at < slice.length; at++) grain[at]! *= sdHu;
  if (streak !== undefined) for (let at = 0; at < slice.length; at++) grain[at]! += streak[at]!;
  for (let at = 0; at < slice.length; at++) {
    const value = Math.round(slice[at]! + grain[at]!);
    slice[at] = Math.max(LOWEST_HU, Math.min(HIGHEST_HU, value));
  }
}

/** Adds a share of each voxel's difference to its four neighbours in plane. */
function sharpen(slice: Int16Array, nx: number, ny: number, share: number): void {
  const before = slice.slice();
  for (let j = 1; j < ny - 1; j++)
    for (let at = j * nx + 1; at < (j + 1) * nx - 1; at++) {
      const value = before[at]!;
      const around = before[at - 1]! + before[at + 1]! + before[at - nx]! + before[at + nx]!;
      slice[at] = Math.round(value + share * (4 * value - around));
    }
}
