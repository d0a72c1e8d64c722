import { eachAxis } from '../volumes/voxels/geometry.js';
import { createRowKernels, paddedLength } from '../volumes/voxels/rowKernels.js';
import { AIR_HU } from '../volumes/voxels/storedHu.js';
import type { Vector3, Volume } from '../volumes/voxels/volume.js';
import { axisWeights, spanOf } from './axisWeights.js';
import { copyRows, type PatchCutter } from './patchCutter.js';
import type { PatchGrid } from './patchGrid.js';
import { rowsAlongX, valuesAlongX } from './rowsAlongX.js';

/**
 * Cuts patches by linear interpolation straight from the scan, in float64, along x, then y, then z.
 * Each patch reads only the scan's voxels below it, so that the cost does not grow with the scan. It goes through them plane
 * by plane: the rows of a plane and the two planes between which a slice lies stay in the processor's first caches.
 */
export function linearCutter(volume: Volume, grid: PatchGrid, patchSize: Vector3): PatchCutter {
  const { size } = volume;
  const [dimX, dimY, dimZ] = patchSize;
  const [wx, wy, wz] = eachAxis((axis) => axisWeights(volume, grid, axis));
  // Rows of a plane interpolated along x, two planes interpolated along y, too, a slice of the patch, and what x needs.
  const stride = paddedLength(dimX);
  const most = Math.min(size[1], Math.ceil((dimY * grid.spacingMm[1]) / volume.spacingMm[1]) + 2);
  const own = stride * (most + 3 * dimY);
  const kernels = createRowKernels(own + valuesAlongX(volume, wx, dimX, most));
  const interpolateRows = rowsAlongX(volume, wx, dimX, kernels, own);
  const planeBytes = stride * dimY * 8;
  const slice = (stride * most * 8 + 2 * planeBytes) / 2;

  return (firstVoxel, into, at) => {
    const x = spanOf(firstVoxel[0], dimX, wx);
    const y = spanOf(firstVoxel[1], dimY, wy);
    const z = spanOf(firstVoxel[2], dimZ, wz);
    const width = x.to - x.from;
    const height = y.to - y.from;
    if (width < dimX || height < dimY || z.to - z.from < dimZ) into.fill(AIR_HU, at, at + dimX * dimY * dimZ);
    if (width <= 0 || height <= 0) return;

    const interpolatePlane = (plane: number, planeAt: number): void => {
      interpolateRows(plane * size[1] + y.first, y.last - y.first + 1, x);
      for (let j = 0; j < height; j++) {
        const lower = (wy.before[y.from + j]! - y.first) * stride * 8;
        const upper = (wy.after[y.from + j]! - y.first) * stride * 8;
        kernels.mix(planeAt + j * stride * 8, stride, lower, upper, wy.share[y.from + j]!);
      }
    };
    const planes = [stride * most * 8, stride * most * 8 + planeBytes] as [number, number];
    const held = [-1, -1];
    const placeOf = (plane: number, other: number): number => {
      const known = held.indexOf(plane);
      if (known >= 0) return known;
      const free = held[0] === other ? 1 : 0;
      interpolatePlane(plane, planes[free]!);
      held[free] = plane;
      return free;
    };
    for (let k = z.from; k < z.to; k++) {
      const [before, after] = [wz.before[k]!, wz.after[k]!];
      const lower = planes[placeOf(before, after)]!;
      const upper = planes[placeOf(after, before)]!;
      kernels.mixToHu(slice * 2, stride * height, lower, upper, wz.share[k]!);
      const corner =
        at + ((k - firstVoxel[2]) * dimY + y.from - firstVoxel[1]) * dimX + x.from - firstVoxel[0];
      copyRows(kernels.hu, slice, stride, into, corner, dimX, width, height);
    }
  };
}
