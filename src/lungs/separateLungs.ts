import { eachAxis } from '../volumes/voxels/geometry.js';
import type { Vector3 } from '../volumes/voxels/volume.js';
import { components, paintComponents, runsOf } from './components.js';
import { dilate } from './dilate.js';

/** Cells of the coarse grid on which joined lungs are taken apart: their seam needs no better. */
const CELL_MM = 3;
/** How far the pair is worn away at most, and in which steps, until it falls in two. */
const WORN_MM = { step: 3, most: 21 };
/** Two parts are two lungs when the larger has less than this many times the smaller (DSB2017). */
const MOST_RATIO = 4.8;

interface CoarseGrid {
  readonly size: Vector3;
  readonly spacingMm: Vector3;
  /** Voxels in a cell along each axis. */
  readonly factor: Vector3;
}

/**
 * Takes joined lungs apart where they touch, in front of or behind the heart: writes 2 over the voxels of one of them in
 * `lungs` (upright; 1 = lung). Leaves a single lung, and lungs that do not fall in two, as they are.
 */
export function separateLungs(lungs: Uint8Array, size: Vector3, spacingMm: Vector3): void {
  const grid = coarseGrid(size, spacingMm);
  const filled = filledVoxels(lungs, size, grid);
  const cellVoxels = grid.factor[0] * grid.factor[1] * grid.factor[2];
  const solid = Uint8Array.from(filled, (voxels) => (2 * voxels >= cellVoxels ? 1 : 0));
  const cores = wornApart(solid, grid);
  if (cores === undefined) return;
  const any = Uint8Array.from(filled, (voxels) => (voxels > 0 ? 1 : 0));
  growInto(any, cores, grid.size);
  eachVoxel(size, grid, (at, cell) => {
    if (lungs[at] === 1 && cores[cell] === 2) lungs[at] = 2;
  });
}

/** The two cores as 1 and 2, once the pair is worn away so far that it falls in two. */
function wornApart(solid: Uint8Array, { size, spacingMm }: CoarseGrid): Uint8Array | undefined {
  const outside = solid.map((set) => 1 - set);
  for (let mm = WORN_MM.step; mm <= WORN_MM.most; mm += WORN_MM.step) {
    const worn = dilate(outside, size, spacingMm, mm).map((set) => 1 - set);
    const parts = components(runsOf(worn, size));
    const [first = 0, second = 0] = Array.from(parts.voxels.keys())
      .slice(1)
      .sort((a, b) => parts.voxels[b]! - parts.voxels[a]!);
    if (second === 0 || parts.voxels[first]! >= MOST_RATIO * parts.voxels[second]!) continue;
    const cores = new Uint8Array(solid.length);
    paintComponents(cores, parts, (label) => (label === first ? 1 : label === second ? 2 : undefined));
    return cores;
  }
  return undefined;
}

/** Grows the labels cell by cell over `mask`, all at the same pace. */
function growInto(mask: Uint8Array, labels: Uint8Array, [width, height, depth]: Vector3): void {
  let edge: number[] = [];
  for (let cell = 0; cell < labels.length; cell++) if (labels[cell]! > 0) edge.push(cell);
  while (edge.length > 0) {
    const next: number[] = [];
    for (const cell of edge) {
      const x = cell % width;
      const y = Math.floor(cell / width) % height;
      const z = Math.floor(cell / (width * height));
      const take = (neighbour: number, there: boolean): void => {
        if (!there || mask[neighbour] !== 1 || labels[neighbour] !== 0) return;
        labels[neighbour] = labels[cell]!;
        next.push(neighbour);
      };
      take(cell - 1, x > 0);
      take(cell + 1, x < width - 1);
      take(cell - width, y > 0);
      take(cell + width, y < height - 1);
      take(cell - width * height, z > 0);
      take(cell + width * height, z < depth - 1);
    }
    edge = next;
  }
}

function coarseGrid(size: Vector3, spacingMm: Vector3): CoarseGrid {
  const factor = eachAxis((axis) => Math.max(1, Math.round(CELL_MM / spacingMm[axis])));
  return {
    size: eachAxis((axis) => Math.ceil(size[axis] / factor[axis])),
    spacingMm: eachAxis((axis) => spacingMm[axis] * factor[axis]),
    factor,
  };
}

function filledVoxels(lungs: Uint8Array, size: Vector3, grid: CoarseGrid): Uint32Array {
  const filled = new Uint32Array(grid.size[0] * grid.size[1] * grid.size[2]);
  eachVoxel(size, grid, (at, cell) => {
    if (lungs[at] === 1) filled[cell]! += 1;
  });
  return filled;
}

function eachVoxel(
  size: Vector3,
  { size: cells, factor }: CoarseGrid,
  visit: (at: number, cell: number) => void,
): void {
  let at = 0;
  for (let z = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++) {
      const row = (Math.floor(z / factor[2]) * cells[1] + Math.floor(y / factor[1])) * cells[0];
      for (let x = 0; x < size[0]; x++) visit(at++, row + Math.floor(x / factor[0]));
    }
}
