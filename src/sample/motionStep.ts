import type { MotionStep } from './acquisition.js';
import type { Canvas } from './canvas.js';

/**
 * Moves the slices from one height upwards sideways, by whole voxels: the patient breathed while the scanner was there.
 * What comes in over the border repeats the border's voxels.
 */
export function moveSlices({ data, size, startMm, stepMm }: Canvas, { fromZ, shiftMm }: MotionStep): void {
  const [nx, ny, nz] = size;
  const dx = Math.round(shiftMm[0] / stepMm[0]);
  const dy = Math.round(shiftMm[1] / stepMm[1]);
  const moved = new Int16Array(nx * ny);
  for (let k = 0; k < nz; k++) {
    if (startMm[2] + k * stepMm[2] < fromZ) continue;
    const slice = data.subarray(k * nx * ny, (k + 1) * nx * ny);
    for (let j = 0; j < ny; j++) {
      const from = nx * Math.min(ny - 1, Math.max(0, j - dy));
      const [first, end] = [Math.max(0, dx), Math.min(nx, nx + dx)];
      moved.set(slice.subarray(from + first - dx, from + end - dx), nx * j + first);
      moved.fill(slice[from]!, nx * j, nx * j + first);
      moved.fill(slice[from + nx - 1]!, nx * j + end, nx * (j + 1));
    }
    slice.set(moved);
  }
}
