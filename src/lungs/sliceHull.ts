import type { Vector3 } from '../volumes/voxels/volume.js';
import { components, type Runs, runsOf } from './components.js';

/** A hull that makes a lung's slice larger than this many times is not its shape: it would swallow heart or liver (DSB2017). */
const MOST_GROWTH = 1.5;

/**
 * Closes each lung slice by slice (upright grid; `lung` = its value in `lungs`) into `closed`: holes are filled (vessels,
 * nodules), then the convex hull of the slice is taken, so that nodules at the wall and vessels at the hilum belong to it,
 * unless the area grows more than 1.5 times by it.
 */
export function closeSlices(lungs: Uint8Array, lung: number, size: Vector3, closed: Uint8Array): void {
  const plane = size[0] * size[1];
  for (let z = 0; z < size[2]; z++) {
    const from = z * plane;
    const runs = runsOf(lungs.subarray(from, from + plane), [size[0], size[1], 1], lung);
    if (runs.first.length > 0) closeSlice(runs, closed.subarray(from, from + plane));
  }
}

function closeSlice(runs: Runs, into: Uint8Array): void {
  const rows = rowEnds(runs);
  const [filled, area] = fillHoles(runs, rows);
  const hull = hullRows(rows);
  const hullArea = hull.reduce((sum, { low, high }) => sum + high - low + 1, 0);
  if (hullArea <= MOST_GROWTH * area)
    for (const { y, low, high } of hull) into.fill(1, y * runs.size[0] + low, y * runs.size[0] + high + 1);
  else for (const [first, end] of filled) into.fill(1, first, end);
}

/** One row of a slice's shape: its lowest and highest x. */
interface Row {
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

function rowEnds({ size, first, end, rowStart }: Runs): Row[] {
  const rows: Row[] = [];
  for (let y = 0; y < size[1]; y++) {
    const [from, to] = [rowStart[y]!, rowStart[y + 1]!];
    if (from < to) rows.push({ y, low: first[from]! - y * size[0], high: end[to - 1]! - 1 - y * size[0] });
  }
  return rows;
}

/** The slice's runs and the runs of its holes, and their area in voxels. */
function fillHoles({ size, first, end }: Runs, rows: readonly Row[]): [[number, number][], number] {
  const low = Math.min(...rows.map((row) => row.low));
  const high = Math.max(...rows.map((row) => row.high));
  const y0 = rows[0]!.y;
  // The box around the shape, one voxel wider: what is outside the shape touches the box's corner.
  const box: Vector3 = [high - low + 3, rows.at(-1)!.y - y0 + 3, 1];
  const shape = new Uint8Array(box[0] * box[1]);
  const filled: [number, number][] = [];
  for (let run = 0; run < first.length; run++) {
    const y = Math.floor(first[run]! / size[0]);
    const at = (y - y0 + 1) * box[0] + first[run]! - y * size[0] - low + 1;
    shape.fill(1, at, at + end[run]! - first[run]!);
    filled.push([first[run]!, end[run]!]);
  }
  const gaps = components(runsOf(shape, box, 0));
  for (let run = 0; run < gaps.label.length; run++) {
    // Label 1 holds the box's first voxel.
    if (gaps.label[run] === 1) continue;
    const row = Math.floor(gaps.first[run]! / box[0]);
    const at = (row - 1 + y0) * size[0] + gaps.first[run]! - row * box[0] - 1 + low;
    filled.push([at, at + gaps.end[run]! - gaps.first[run]!]);
  }
  return [filled, filled.reduce((sum, [from, to]) => sum + to - from, 0)];
}

/** The voxels whose centres lie in the convex hull of the shape's voxel centres. */
function hullRows(rows: readonly Row[]): Row[] {
  const left = chain(rows.map(({ y, low }) => [low, y]));
  const right = chain(rows.map(({ y, high }) => [-high, y]));
  const hull: Row[] = [];
  for (let y = rows[0]!.y; y <= rows.at(-1)!.y; y++) {
    // A hair inwards, so that a centre on the hull's edge belongs to it whatever the rounding.
    const low = Math.ceil(left(y) - 1e-9);
    const high = Math.floor(-right(y) + 1e-9);
    if (low <= high) hull.push({ y, low, high });
  }
  return hull;
}

/** The lower hull of points (x, y) with ascending y, seen from small x: x of the hull as a function of ascending y. */
function chain(points: readonly (readonly [x: number, y: number])[]): (y: number) => number {
  const hull: (readonly [number, number])[] = [];
  for (const point of points) {
    while (hull.length >= 2 && !bendsOutwards(hull.at(-2)!, hull.at(-1)!, point)) hull.pop();
    hull.push(point);
  }
  let segment = 0;
  return (y) => {
    while (segment < hull.length - 2 && hull[segment + 1]![1] < y) segment++;
    const [fromX, fromY] = hull[segment]!;
    const [toX, toY] = hull[segment + 1] ?? hull[segment]!;
    return toY === fromY ? fromX : fromX + ((toX - fromX) * (y - fromY)) / (toY - fromY);
  };
}

/** Whether b lies on the small-x side of the line from a to c. */
function bendsOutwards(
  [ax, ay]: readonly [number, number],
  [bx, by]: readonly [number, number],
  [cx, cy]: readonly [number, number],
): boolean {
  return (bx - ax) * (cy - ay) < (cx - ax) * (by - ay);
}
