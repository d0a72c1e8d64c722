import type { Random } from '../random.js';
import { add, cross, dot, scale, subtract } from '../volumes/voxels/vectors.js';
import type { Vector3 } from '../volumes/voxels/volume.js';
import {
  addScaled,
  cubeRoot,
  distance,
  lengthOf,
  meanOf,
  mix,
  perpendicularTo,
  randomInBall,
  unitOf,
} from './points.js';

/** A piece of a tube whose radius changes evenly from one end to the other. */
export interface Tube {
  readonly from: Vector3;
  readonly to: Vector3;
  readonly fromRadiusMm: number;
  readonly toRadiusMm: number;
}

/** A tube, of one radius all along where no second one is named. */
export function tube(from: Vector3, to: Vector3, fromRadiusMm: number, toRadiusMm = fromRadiusMm): Tube {
  return { from, to, fromRadiusMm, toRadiusMm };
}

/** An unbranched stretch of a tree. */
export interface Branch {
  /** Points along it, first to last. */
  readonly path: readonly Vector3[];
  readonly fromRadiusMm: number;
  readonly toRadiusMm: number;
  /** Tips that hang on it. */
  readonly tips: number;
  /** False at a tip. */
  readonly divides: boolean;
}

export interface TreeOptions {
  readonly root: Vector3;
  readonly heading: Vector3;
  /** Places the tree must reach: its tips. */
  readonly targets: readonly Vector3[];
  readonly tipRadiusMm: number;
  readonly maxRadiusMm: number;
}

/**
 * A tree that fills the lung: the targets are halved again and again across their longest extent, and each half gets
 * a branch towards its middle. Radii follow Murray's law, r^3 = r1^3 + r2^3.
 */
export function growTree(options: TreeOptions, random: Random): Branch[] {
  const branches: Branch[] = [];
  const radiusOf = (tips: number): number =>
    Math.min(options.maxRadiusMm, options.tipRadiusMm * cubeRoot(tips));

  const grow = (from: Vector3, heading: Vector3, targets: readonly Vector3[]): void => {
    const divides = targets.length > 1;
    const middle = meanOf(targets);
    const reach = divides ? random.between(0.32, 0.55) : 1;
    const to = mix(from, middle, reach);
    const end = divides ? add(to, scale(randomInBall(random), 0.08 * distance(from, middle))) : to;
    const radius = radiusOf(targets.length);
    const path = curve(from, heading, end, random);
    branches.push({
      path,
      fromRadiusMm: radius,
      toRadiusMm: divides ? radius * 0.93 : radius * 0.7,
      tips: targets.length,
      divides,
    });
    if (!divides) return;
    const onward = unitOf(subtract(path.at(-1)!, path.at(-2)!));
    for (const half of halve(targets, random)) grow(end, onward, half);
  };
  if (options.targets.length > 0) grow(options.root, unitOf(options.heading), options.targets);
  return branches;
}

/** The tubes of one branch, tapering. */
export function tubesOf(branch: Branch): Tube[] {
  const pieces = branch.path.length - 1;
  const radiusAt = (i: number): number =>
    branch.fromRadiusMm + ((branch.toRadiusMm - branch.fromRadiusMm) * i) / pieces;
  return Array.from({ length: pieces }, (_, i) =>
    tube(branch.path[i]!, branch.path[i + 1]!, radiusAt(i), radiusAt(i + 1)),
  );
}

/** The branch moved sideways, for a tube that runs beside it. */
export function besideBranch(
  branch: Branch,
  sideways: Vector3,
  radii: [number, number],
  offsetMm: number,
): Branch {
  const path = branch.path.map((point, i) => {
    const next = branch.path[Math.min(i + 1, branch.path.length - 1)]!;
    const along = unitOf(subtract(next, branch.path[Math.max(0, i - 1)]!));
    const across = unitOf(addScaled(sideways, along, -dot(sideways, along)), perpendicularTo(along));
    return addScaled(point, across, offsetMm);
  });
  return { ...branch, path, fromRadiusMm: radii[0], toRadiusMm: radii[1] };
}

/** A bent line that leaves in the direction `heading`. */
function curve(from: Vector3, heading: Vector3, to: Vector3, random: Random): Vector3[] {
  const straight = subtract(to, from);
  const size = lengthOf(straight);
  if (size < 1e-6) return [from, addScaled(from, heading, 0.5)];
  const along = unitOf(straight);
  const side = cross(along, randomInBall(random));
  const control = addScaled(
    addScaled(from, unitOf(add(heading, scale(along, 1.3))), 0.45 * size),
    side,
    0.14 * size,
  );
  const pieces = Math.max(2, Math.min(7, Math.round(size / 5)));
  const between = Array.from({ length: pieces - 1 }, (_, i) => {
    const t = (i + 1) / pieces;
    return mix(mix(from, control, t), mix(control, to, t), t);
  });
  return [from, ...between, to];
}

/** Two groups on either side of a plane across the longest extent, at 35 to 65 % of the targets. */
function halve(targets: readonly Vector3[], random: Random): [Vector3[], Vector3[]] {
  const axis = longestAxis(targets);
  const sorted = [...targets].sort((a, b) => dot(a, axis) - dot(b, axis));
  const cut = Math.max(1, Math.min(sorted.length - 1, Math.round(sorted.length * random.between(0.3, 0.7))));
  return [sorted.slice(0, cut), sorted.slice(cut)];
}

/** First principal axis, by power iteration. */
function longestAxis(points: readonly Vector3[]): Vector3 {
  const middle = meanOf(points);
  let axis: Vector3 = [0.6, 0.5, 0.62];
  for (let round = 0; round < 6; round++) {
    let next: Vector3 = [0, 0, 0];
    for (const point of points) {
      const offset = subtract(point, middle);
      next = addScaled(next, offset, dot(offset, axis));
    }
    axis = unitOf(next, axis);
  }
  return axis;
}
