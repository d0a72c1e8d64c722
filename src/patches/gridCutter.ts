import { AIR_HU } from '../volumes/voxels/storedHu.js';
import type { Vector3 } from '../volumes/voxels/volume.js';
import { copyRows, type PatchCutter } from './patchCutter.js';
import type { PatchGrid } from './patchGrid.js';

/**
 * Cuts patches out of a scan that resampleVolume() has put on their grid: the voxels that cutterOf() cuts, copied. For windows
 * that overlap, whose voxels would be interpolated again and again.
 */
export function gridCutter(
  dataHu: Int16Array,
  { size }: Pick<PatchGrid, 'size'>,
  patchSize: Vector3,
): PatchCutter {
  const [dimX, dimY, dimZ] = patchSize;
  return ([x, y, z], into, at) => {
    const [fromX, toX] = [Math.max(0, -x), Math.min(dimX, size[0] - x)];
    const [fromY, toY] = [Math.max(0, -y), Math.min(dimY, size[1] - y)];
    const [fromZ, toZ] = [Math.max(0, -z), Math.min(dimZ, size[2] - z)];
    const [width, height] = [toX - fromX, toY - fromY];
    if (width < dimX || height < dimY || toZ - fromZ < dimZ) into.fill(AIR_HU, at, at + dimX * dimY * dimZ);
    if (width <= 0 || height <= 0) return;
    for (let k = fromZ; k < toZ; k++) {
      const source = ((z + k) * size[1] + y + fromY) * size[0] + x + fromX;
      const target = at + (k * dimY + fromY) * dimX + fromX;
      copyRows(dataHu, source, size[0], into, target, dimX, width, height);
    }
  };
}
