import { voxelToWorld } from '../../volumes/voxels/geometry.js';
import type { Geometry, Vector3 } from '../../volumes/voxels/volume.js';

/** The distance between two points, which may lie in the slices of different planes. */
export interface Ruler {
  /** Whether clicks set points. */
  readonly active: boolean;
  /** The ends that are set: fractional voxels. */
  readonly points: readonly Vector3[];
  toggle(): void;
  /** The next end; a third point begins anew. */
  add(point: Vector3): void;
  /** The second end, while it is dragged. */
  drag(point: Vector3): void;
  clear(): void;
}

export function createRuler(changed: () => void): Ruler {
  let active = false;
  let points: readonly Vector3[] = [];
  const set = (next: readonly Vector3[]): void => {
    points = next;
    changed();
  };
  return {
    get active() {
      return active;
    },
    get points() {
      return points;
    },
    toggle() {
      active = !active;
      set([]);
    },
    add: (point) => set(points.length === 1 ? [points[0]!, point] : [point]),
    drag: (point) => set([points[0]!, point]),
    clear: () => set([]),
  };
}

/** Between two voxels (fractional), in the world. */
export function distanceMm(scan: Geometry, from: Vector3, to: Vector3): number {
  const [start, end] = [voxelToWorld(scan, from), voxelToWorld(scan, to)];
  return Math.hypot(end[0] - start[0], end[1] - start[1], end[2] - start[2]);
}
