import { voxelToWorld } from '../volumes/voxels/geometry.js';
import { add, cross, dot, scale, subtract } from '../volumes/voxels/vectors.js';
import type { Geometry, Vector3 } from '../volumes/voxels/volume.js';

/** From where a volume is looked at, along parallel rays: a mm is a mm in the whole picture. */
export interface Camera {
  /** Unit vectors of the world (LPS): to the right and up in the picture. */
  readonly right: Vector3;
  readonly up: Vector3;
  /** In the middle of the picture, and of a slab (LPS, mm). */
  readonly centerMm: Vector3;
  /** 1: all of the volume. */
  readonly zoom: number;
}

/** A picture's size in CSS pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** As a radiologist looks: from the front, the patient's left at the right, the head up. */
export const FROM_FRONT: Pick<Camera, 'right' | 'up'> = { right: [1, 0, 0], up: [0, 0, 1] };

/** Whence: front (A), back (P), the patient's left and right, head (S) and feet (I). */
export const VIEWS: Readonly<Record<string, Pick<Camera, 'right' | 'up'>>> = {
  A: FROM_FRONT,
  P: { right: [-1, 0, 0], up: [0, 0, 1] },
  L: { right: [0, 1, 0], up: [0, 0, 1] },
  R: { right: [0, -1, 0], up: [0, 0, 1] },
  S: { right: [-1, 0, 0], up: [0, -1, 0] },
  I: { right: [1, 0, 0], up: [0, -1, 0] },
};

const CLOSEST = 32;
const FARTHEST = 0.5;
/** Around the volume, where all of it is seen. */
const ROOM = 1.12;

export function middleOf(grid: Geometry): Vector3 {
  return voxelToWorld(grid, [(grid.size[0] - 1) / 2, (grid.size[1] - 1) / 2, (grid.size[2] - 1) / 2]);
}

/** All of the volume, from the front. */
export function wholeVolume(grid: Geometry): Camera {
  return { ...FROM_FRONT, centerMm: middleOf(grid), zoom: 1 };
}

/** Into the picture. */
export function forwardOf({ right, up }: Pick<Camera, 'right' | 'up'>): Vector3 {
  return cross(up, right);
}

/** CSS pixels of a mm. */
export function pixelsPerMm(grid: Geometry, { zoom }: Camera, { width, height }: PictureSize): number {
  const longest = Math.max(...grid.size.map((count, axis) => count * grid.spacingMm[axis]!));
  return (zoom * Math.min(width, height)) / (ROOM * longest);
}

/** Where a place of the world is seen, CSS pixels from the top left, and how far behind the picture's middle it lies. */
export function projected(
  grid: Geometry,
  camera: Camera,
  size: PictureSize,
  worldMm: Vector3,
): { readonly x: number; readonly y: number; readonly depthMm: number } {
  const scale = pixelsPerMm(grid, camera, size);
  const off = subtract(worldMm, camera.centerMm);
  return {
    x: size.width / 2 + dot(off, camera.right) * scale,
    y: size.height / 2 - dot(off, camera.up) * scale,
    depthMm: dot(off, forwardOf(camera)),
  };
}

/** The place of the world behind a pixel, at the depth of the picture's middle. */
export function unprojected(
  grid: Geometry,
  camera: Camera,
  size: PictureSize,
  x: number,
  y: number,
): Vector3 {
  const perMm = pixelsPerMm(grid, camera, size);
  const [right, up] = [(x - size.width / 2) / perMm, (size.height / 2 - y) / perMm];
  return add(camera.centerMm, add(scale(camera.right, right), scale(camera.up, up)));
}

/** Turned as if the reader had the volume's near side in hand: to the right, down, and with the clock, in radians. */
export function turned(camera: Camera, right: number, down: number, clockwise = 0): Camera {
  let axes: Pick<Camera, 'right' | 'up'> = camera;
  for (const [axis, angle] of [
    [camera.up, -right],
    [camera.right, -down],
    [forwardOf(camera), -clockwise],
  ] as const)
    axes = { right: rotated(axes.right, axis, angle), up: rotated(axes.up, axis, angle) };
  return { ...camera, ...orthonormal(axes) };
}

/** The picture, moved by so many CSS pixels to the right and down. */
export function moved(
  grid: Geometry,
  camera: Camera,
  size: PictureSize,
  right: number,
  down: number,
): Camera {
  const perMm = pixelsPerMm(grid, camera, size);
  const by = add(scale(camera.right, -right / perMm), scale(camera.up, down / perMm));
  return { ...camera, centerMm: add(camera.centerMm, by) };
}

/** The middle, moved into the picture. */
export function deeper(camera: Camera, mm: number): Camera {
  return { ...camera, centerMm: add(camera.centerMm, scale(forwardOf(camera), mm)) };
}

/** Nearer by a factor; what is seen at a pixel stays there. */
export function nearer(
  grid: Geometry,
  camera: Camera,
  size: PictureSize,
  factor: number,
  [x, y]: readonly [number, number],
): Camera {
  const zoom = Math.max(FARTHEST, Math.min(CLOSEST, camera.zoom * factor));
  const fixed = unprojected(grid, camera, size, x, y);
  const share = camera.zoom / zoom;
  return { ...camera, zoom, centerMm: add(fixed, scale(subtract(camera.centerMm, fixed), share)) };
}

/** Both are unit vectors at a right angle, whatever rounding has done. */
export function orthonormal({ right, up }: Pick<Camera, 'right' | 'up'>): Pick<Camera, 'right' | 'up'> {
  const first = unit(right);
  return { right: first, up: unit(subtract(up, scale(first, dot(up, first)))) };
}

/** A vector about a unit axis, by the right hand. */
function rotated(vector: Vector3, axis: Vector3, angle: number): Vector3 {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return add(
    add(scale(vector, cos), scale(cross(axis, vector), sin)),
    scale(axis, dot(axis, vector) * (1 - cos)),
  );
}

function unit(a: Vector3): Vector3 {
  return scale(a, 1 / Math.hypot(...a));
}
