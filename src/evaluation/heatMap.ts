import { noLungs } from '../detection/detect.js';
import { type LungInterior, lungInterior } from '../detection/lungInterior.js';
import { throwIfAborted } from '../errors.js';
import { shapeOfCrop } from '../feed/centralCrop.js';
import { gridCutter } from '../patches/gridCutter.js';
import { firstVoxelOf } from '../patches/patchGrid.js';
import { resampleVolume } from '../patches/resample.js';
import type { Progress } from '../progress.js';
import type { Geometry, Vector3, Volume } from '../volumes/voxels/volume.js';
import { answersOf, type RunNetwork, requireThin } from './runNetwork.js';

/** How finely the lungs are looked at. */
export interface HeatMapOptions {
  /** From window to window, mm; of the patches' voxels the nearest whole number is taken. Default 4. */
  readonly spacingMm?: number;
  readonly signal?: AbortSignal;
  /** Hears how many windows are scored. */
  readonly onProgress?: (progress: Progress) => void;
}

/** The network's answer all over the lungs. */
export interface HeatMap {
  /**
   * Float32, origin and direction of the scan: at each voxel the probability (as PredictedMark's) of the patch around it;
   * 0 outside the lungs, where nothing is computed.
   */
  readonly volume: Volume;
  /** Patches that were scored. */
  readonly windows: number;
}

export const HEAT_MAP_MM = 4;

/**
 * Overlapping windows in batches, each cut as `predict` cuts a place, for the same bits. No fully convolutional pass gives them: each
 * convolution pads the patch itself with zeros. Of a patch of 32 voxels the border reaches all but 27 of 512 outputs of the first
 * block's first convolution, all but one of its second, and everything behind; to share the stem's 13 of 16 free outputs an axis would
 * save a tenth of the multiplications. In memory are the resampled scan, the map and a batch.
 */
export async function heatMapOf(
  network: RunNetwork,
  volume: Volume,
  file: string,
  options: HeatMapOptions = {},
): Promise<HeatMap> {
  const { spacingMm = HEAT_MAP_MM, signal } = options;
  if (!(spacingMm > 0 && spacingMm < Number.POSITIVE_INFINITY))
    throw new RangeError(`Expected a spacing of the heat map above 0 mm, received ${spacingMm}`);
  requireThin(volume, file);
  const interior = lungInterior(volume);
  if (interior === undefined) throw noLungs(file);
  const scan = resampleVolume(volume, network.format);
  const steps = scan.spacingMm.map((mm) => Math.max(1, Math.round(spacingMm / mm))) as unknown as Vector3;
  const grid = everyNth(scan, steps);
  const places = placesInLungs(grid, interior);
  throwIfAborted(signal, 'computing the heat map');
  const data = new Float32Array(grid.size[0] * grid.size[1] * grid.size[2]);
  await scoreWindows(network, scan, { steps, size: grid.size, places, data }, options);
  return { volume: { ...grid, data }, windows: places.length };
}

/** Voxel 0 lies on voxel 0. */
function everyNth({ size, spacingMm, originMm, direction }: Geometry, steps: Vector3): Geometry {
  const each = (of: (axis: 0 | 1 | 2) => number): Vector3 => [of(0), of(1), of(2)];
  return {
    size: each((axis) => Math.floor((size[axis] - 1) / steps[axis]) + 1),
    spacingMm: each((axis) => spacingMm[axis] * steps[axis]),
    originMm,
    direction,
  };
}

/** Numbers of the voxels whose middle lies in the closed lungs; both grids begin at one voxel and run along the same axes. */
function placesInLungs({ size, spacingMm }: Geometry, { mask, ...lungs }: LungInterior): Uint32Array {
  const onLungs = ([0, 1, 2] as const).map((axis) =>
    Int32Array.from(
      { length: size[axis] },
      (_, i) => Math.round((i * spacingMm[axis]) / lungs.grid.spacingMm[axis]) - lungs.firstVoxel[axis],
    ),
  ) as [Int32Array, Int32Array, Int32Array];
  const [width, height, depth] = lungs.size;
  const places: number[] = [];
  for (const [z, k] of onLungs[2].entries()) {
    if (k < 0 || k >= depth) continue;
    for (const [y, j] of onLungs[1].entries()) {
      if (j < 0 || j >= height) continue;
      for (const [x, i] of onLungs[0].entries())
        if (i >= 0 && i < width && mask[(k * height + j) * width + i] === 1)
          places.push((z * size[1] + y) * size[0] + x);
    }
  }
  return Uint32Array.from(places);
}

/** The map to be: where its voxels lie on the patches' grid, and which are computed. */
interface Windows {
  readonly steps: Vector3;
  readonly size: Vector3;
  readonly places: Uint32Array;
  readonly data: Float32Array;
}

/** While a batch is computed, the next one is cut. */
async function scoreWindows(
  network: RunNetwork,
  scan: Volume,
  { steps, size: [width, height], places, data }: Windows,
  { signal, onProgress }: HeatMapOptions,
): Promise<void> {
  const { learner, checkpoint, format } = network;
  const { dim, slices } = shapeOfCrop(format, checkpoint.meta.config.crop);
  const patchSize: Vector3 = [dim, dim, slices];
  const voxels = dim * dim * slices;
  const cut = gridCutter(scan.data as Int16Array, scan, patchSize);
  const batch = new Int16Array(learner.batchSize * voxels);
  const began = performance.now();
  let before = Promise.resolve();
  for (let from = 0; from < places.length; from += learner.batchSize) {
    const some = places.subarray(from, from + learner.batchSize);
    for (const [row, place] of some.entries()) {
      const [x, y, z] = [
        place % width,
        Math.floor(place / width) % height,
        Math.floor(place / (width * height)),
      ];
      cut(firstVoxelOf([x * steps[0], y * steps[1], z * steps[2]], patchSize), batch, row * voxels);
    }
    const present = answersOf(network, batch, some.length).then(({ probabilities }) => {
      for (const [row, place] of some.entries()) data[place] = probabilities[row]!;
    });
    // Where the one before it fails, nobody waits for this one.
    present.catch(() => {});
    await before;
    before = present;
    throwIfAborted(signal, 'computing the heat map');
    const note = `${((1000 * from) / (performance.now() - began)).toFixed(0)} patches/s`;
    onProgress?.({ stage: 'heat map', done: from, total: places.length, unit: 'patches', note });
  }
  await before;
  onProgress?.({ stage: 'heat map', done: places.length, total: places.length, unit: 'patches' });
}
