import { type PlaneAxes, pixelAlong, type VoxelAxis } from '../figures/slices/planeAxes.js';
import type { Geometry, Vector3 } from '../volumes/voxels/volume.js';

/** Which part of the scan the planes show; they share it, as they share the crosshair. */
export interface ViewFrame {
  /** 1: the whole slice. */
  readonly zoom: number;
  /** Voxel (fractional) that is to lie in the middle of the planes. */
  readonly center: Vector3;
}

/** Room for a plane: CSS pixels, and how many of them are one mm where the whole slice is seen. */
export interface PlaneBox {
  readonly width: number;
  readonly height: number;
  readonly perMm: number;
}

/** Where a slice lies in its box: the first pixel's corner and the scale, CSS pixels. */
export interface SlicePlace {
  readonly left: number;
  readonly top: number;
  readonly perMm: number;
}

type Grid = Pick<Geometry, 'size' | 'spacingMm'>;

const CLOSEST = 32;

/** The whole slices. */
export function wholeFrame({ size }: Grid): ViewFrame {
  return { zoom: 1, center: [(size[0] - 1) / 2, (size[1] - 1) / 2, (size[2] - 1) / 2] };
}

function sidesOf(plane: PlaneAxes, { width, height }: PlaneBox) {
  return [
    [plane.right, width],
    [plane.down, height],
  ] as const;
}

/** The middle of a plane as it can be shown: beyond a slice's edge nothing is seen, unless all of the slice is. */
export function centerInPlane(grid: Grid, frame: ViewFrame, plane: PlaneAxes, box: PlaneBox): Vector3 {
  const center: [number, number, number] = [...frame.center];
  for (const [{ axis }, pixels] of sidesOf(plane, box)) {
    const half = pixels / (2 * box.perMm * frame.zoom * grid.spacingMm[axis]);
    const count = grid.size[axis];
    center[axis] =
      2 * half >= count ? (count - 1) / 2 : Math.max(half - 0.5, Math.min(count - 0.5 - half, center[axis]));
  }
  return center;
}

export function placeInBox(grid: Grid, frame: ViewFrame, plane: PlaneAxes, box: PlaneBox): SlicePlace {
  const center = centerInPlane(grid, frame, plane, box);
  const perMm = box.perMm * frame.zoom;
  const start = (along: VoxelAxis, pixels: number): number =>
    pixels / 2 -
    (pixelAlong(along, grid.size, center[along.axis]) + 0.5) * grid.spacingMm[along.axis] * perMm;
  return { left: start(plane.right, box.width), top: start(plane.down, box.height), perMm };
}

/** Nearer by a factor, or further; the voxel `fixed` stays where it is seen. */
export function zoomed(grid: Grid, frame: ViewFrame, fixed: Vector3, factor: number): ViewFrame {
  const zoom = Math.max(1, Math.min(CLOSEST, frame.zoom * factor));
  if (zoom === 1) return wholeFrame(grid);
  const along = (axis: 0 | 1 | 2): number =>
    fixed[axis] + ((frame.center[axis] - fixed[axis]) * frame.zoom) / zoom;
  return { zoom, center: [along(0), along(1), along(2)] };
}

/** What is seen in a plane, moved by so many CSS pixels to the right and down. */
export function panned(
  grid: Grid,
  frame: ViewFrame,
  plane: PlaneAxes,
  box: PlaneBox,
  [right, down]: readonly [number, number],
): ViewFrame {
  const center: [number, number, number] = [...centerInPlane(grid, frame, plane, box)];
  for (const [{ axis, sign }, pixels] of [
    [plane.right, right],
    [plane.down, down],
  ] as const)
    center[axis] -= (sign * pixels) / (box.perMm * frame.zoom * grid.spacingMm[axis]);
  return { ...frame, center };
}

/** Share of what is seen that may lie between the crosshair and the middle. */
const NEAR = 0.96;

/** The frame in which a voxel is seen in every plane: moved along the axes on which it is not. */
export function following(
  grid: Grid,
  frame: ViewFrame,
  voxel: Vector3,
  views: readonly { readonly plane: PlaneAxes; readonly box: PlaneBox }[],
): ViewFrame {
  if (frame.zoom === 1) return frame;
  const center: [number, number, number] = [...frame.center];
  for (const { plane, box } of views) {
    const now = centerInPlane(grid, { ...frame, center }, plane, box);
    for (const [{ axis }, pixels] of sidesOf(plane, box)) {
      const half = pixels / (2 * box.perMm * frame.zoom * grid.spacingMm[axis]);
      if (Math.abs(voxel[axis] - now[axis]) > half * NEAR) center[axis] = voxel[axis];
    }
  }
  return { ...frame, center };
}
