import { eachAxis, worldToVoxel } from '../volumes/voxels/geometry.js';
import type { Geometry, Vector3 } from '../volumes/voxels/volume.js';
import type { PatchGrid } from './patchGrid.js';

/** As PatchCutter, of a mask: 0 or 1, 0 outside the scan. */
export type MaskCutter = (firstVoxel: Vector3, into: Uint8Array, at: number) => void;

/** Cuts patches out of a mask on the scan's own grid: each voxel takes the value of the nearest one, the upper of two as near (as ITK). */
export function maskCutter(
  mask: Uint8Array,
  scan: Geometry,
  grid: PatchGrid,
  patchSize: Vector3,
): MaskCutter {
  const { size } = scan;
  const [nx, ny, nz] = eachAxis((axis) => nearestVoxels(scan, grid, axis));
  const [dimX, dimY, dimZ] = patchSize;
  return ([x, y, z], into, at) => {
    into.fill(0, at, at + dimX * dimY * dimZ);
    const [fromX, toX] = [Math.max(0, -x), Math.min(dimX, nx.length - x)];
    for (let k = Math.max(0, -z); k < Math.min(dimZ, nz.length - z); k++)
      for (let j = Math.max(0, -y); j < Math.min(dimY, ny.length - y); j++) {
        const source = (nz[z + k]! * size[1] + ny[y + j]!) * size[0];
        const target = at + (k * dimY + j) * dimX;
        for (let i = fromX; i < toX; i++) into[target + i] = mask[source + nx[x + i]!]!;
      }
  };
}

/** Whether the voxel nearest to a world position is set; 0 outside the scan. */
export function maskAt(mask: Uint8Array, scan: Geometry, worldMm: Vector3): 0 | 1 {
  const { size } = scan;
  const index = worldToVoxel(scan, worldMm);
  const [x, y, z] = eachAxis((axis) => Math.floor(index[axis] + 0.5));
  if (x < 0 || y < 0 || z < 0 || x >= size[0] || y >= size[1] || z >= size[2]) return 0;
  return mask[(z * size[1] + y) * size[0] + x] === 1 ? 1 : 0;
}

function nearestVoxels(scan: Geometry, grid: PatchGrid, axis: 0 | 1 | 2): Int32Array {
  const step = grid.spacingMm[axis] / scan.spacingMm[axis];
  const last = scan.size[axis] - 1;
  return Int32Array.from({ length: grid.size[axis] }, (_, index) =>
    Math.min(last, Math.floor(index * step + 0.5)),
  );
}
