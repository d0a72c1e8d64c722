import { voxelToWorld, worldToVoxel } from '../volumes/voxels/geometry.js';
import { dot, subtract } from '../volumes/voxels/vectors.js';
import type { Geometry, Matrix3, Vector3 } from '../volumes/voxels/volume.js';
import { type Camera, forwardOf, middleOf, type PictureSize, pixelsPerMm } from './volumeCamera.js';
import type { CutPlane } from './volumeState.js';

/** Parallel rays through a volume, in shares of its edges: voxel (0, 0, 0) reaches from 0 to 1 / size. */
export interface Rays {
  /** In the picture's middle, at the middle's depth. */
  readonly origin: Vector3;
  /** A mm to the right, up, and into the picture. */
  readonly right: Vector3;
  readonly up: Vector3;
  readonly forward: Vector3;
  /** Half of the picture, mm. */
  readonly halfMm: readonly [number, number];
  /** x, y, z, w: what lies at p stays where x p.x + y p.y + z p.z >= w. */
  readonly cut: readonly [number, number, number, number];
  /** Rows turn a gradient in shares of the edges into one in the world. */
  readonly toWorld: Matrix3;
  readonly stepMm: number;
}

const EVERYWHERE = [0, 0, 0, -1] as const;

/** What the picture needs to know of grid and camera; any direction of the voxel axes, mirrored and oblique ones, too. */
export function raysOf(grid: Geometry, camera: Camera, cut: CutPlane | null, size: PictureSize): Rays {
  const shareOf = (worldMm: Vector3): Vector3 => {
    const index = worldToVoxel(grid, worldMm);
    const along = (axis: 0 | 1 | 2): number => (index[axis] + 0.5) / grid.size[axis];
    return [along(0), along(1), along(2)];
  };
  const start = shareOf([0, 0, 0]);
  const perMm = (direction: Vector3): Vector3 => subtract(shareOf(direction), start);
  const [x, y, z] = [perMm([1, 0, 0]), perMm([0, 1, 0]), perMm([0, 0, 1])];
  const toWorld: Matrix3 = [...x, ...y, ...z];
  const scale = pixelsPerMm(grid, camera, size);
  return {
    origin: shareOf(camera.centerMm),
    ...{ right: perMm(camera.right), up: perMm(camera.up), forward: perMm(forwardOf(camera)) },
    halfMm: [size.width / scale / 2, size.height / scale / 2],
    cut: cut === null ? EVERYWHERE : cutInShares(grid, cut),
    toWorld,
    stepMm: Math.min(...grid.spacingMm),
  };
}

/** n (w - middle) >= at, with w as a function of the share. */
function cutInShares(grid: Geometry, { normal, atMm }: CutPlane): [number, number, number, number] {
  const edge = (axis: 0 | 1 | 2): Vector3 => {
    const voxel: [number, number, number] = [-0.5, -0.5, -0.5];
    voxel[axis] += grid.size[axis];
    return voxelToWorld(grid, voxel);
  };
  const corner = voxelToWorld(grid, [-0.5, -0.5, -0.5]);
  const along = (axis: 0 | 1 | 2): number => dot(normal, subtract(edge(axis), corner));
  return [along(0), along(1), along(2), atMm + dot(normal, subtract(middleOf(grid), corner))];
}

/** A ray's way through a volume: `start` lies at 0 mm. */
export interface InsideMm {
  readonly start: Vector3;
  readonly fromMm: number;
  readonly toMm: number;
  /** It comes in through the cut, into the middle of the volume. */
  readonly throughCut: boolean;
}

/** Where a ray is inside of the volume, of what stays, and of the depths: mm from the middle's depth. Undefined: nowhere. */
export function insideMm(
  rays: Rays,
  [rightMm, upMm]: readonly [number, number],
  [nearMm, farMm]: readonly [number, number],
): InsideMm | undefined {
  const at = (axis: 0 | 1 | 2): number =>
    rays.origin[axis] + rightMm * rays.right[axis] + upMm * rays.up[axis];
  const start: Vector3 = [at(0), at(1), at(2)];
  let [fromMm, toMm] = [nearMm, farMm];
  /** Keeps what is not below 0. */
  const keep = (value: number, slope: number): void => {
    if (Math.abs(slope) < 1e-12) {
      if (value < 0) toMm = Number.NEGATIVE_INFINITY;
    } else if (slope > 0) fromMm = Math.max(fromMm, -value / slope);
    else toMm = Math.min(toMm, -value / slope);
  };
  for (const axis of [0, 1, 2] as const) {
    keep(start[axis], rays.forward[axis]);
    keep(1 - start[axis], -rays.forward[axis]);
  }
  const outerMm = fromMm;
  const [x, y, z, w] = rays.cut;
  const normal: Vector3 = [x, y, z];
  keep(dot(normal, start) - w, dot(normal, rays.forward));
  return fromMm < toMm ? { start, fromMm, toMm, throughCut: fromMm > outerMm } : undefined;
}
