import type { Vector3 } from '../volumes/voxels/volume.js';

/** The set voxels of a grid as runs along x, row by row: for masks a small share of the grid's bytes. */
export interface Runs {
  /** Voxels along x, y, z. */
  readonly size: Vector3;
  /** Index of each run's first voxel (z, y, x with x fastest), ascending. */
  readonly first: Uint32Array;
  /** Index behind each run's last voxel; a run does not cross rows. */
  readonly end: Uint32Array;
  /** First run of each row (y + size[1] * z), and behind the last row the number of runs. */
  readonly rowStart: Uint32Array;
}

/** Connected runs: labels count from 1 in the order of each component's first voxel. */
export interface Components extends Runs {
  readonly label: Int32Array;
  /** Voxels by label; entry 0 is unused. */
  readonly voxels: Float64Array;
}

/** The voxels of `mask` that equal `value`. */
export function runsOf(mask: Uint8Array, size: Vector3, value = 1): Runs {
  const [width] = size;
  const rows = size[1] * size[2];
  let first = new Uint32Array(1024 + 2 * rows);
  let end = new Uint32Array(first.length);
  const rowStart = new Uint32Array(rows + 1);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    rowStart[row] = count;
    const rowEnd = (row + 1) * width;
    if (first.length < count + width) {
      first = grown(first, count + width);
      end = grown(end, count + width);
    }
    for (let at = row * width; at < rowEnd; ) {
      if (mask[at] !== value) {
        at++;
        continue;
      }
      first[count] = at;
      while (at < rowEnd && mask[at] === value) at++;
      end[count++] = at;
    }
  }
  rowStart[rows] = count;
  return { size, first: first.slice(0, count), end: end.slice(0, count), rowStart };
}

/** Joins runs whose voxels share a face (6 neighbours, as scipy.ndimage.label), or also an edge or a corner (26). */
export function components(runs: Runs, neighbours: 6 | 26 = 6): Components {
  const { size, first, end, rowStart } = runs;
  const [width, height] = size;
  // A forest: each run points to an earlier run of its component, a root to itself.
  const parent = Int32Array.from({ length: first.length }, (_, run) => run);
  // Diagonal neighbours touch where a run ends before the other begins.
  const beside = neighbours === 26 ? 1 : 0;
  const joinRows = (row: number, earlier: number): void => {
    // Runs overlap when they do so after the earlier row is moved onto this one.
    const shift = (row - earlier) * width;
    let a = rowStart[row]!;
    let b = rowStart[earlier]!;
    while (a < rowStart[row + 1]! && b < rowStart[earlier + 1]!) {
      const endB = end[b]! + shift;
      if (first[a]! < endB + beside && first[b]! + shift < end[a]! + beside) join(parent, a, b);
      if (end[a]! < endB) a++;
      else b++;
    }
  };
  for (let row = 0; row + 1 < rowStart.length; row++) {
    const y = row % height;
    if (y > 0) joinRows(row, row - 1);
    if (row < height) continue;
    joinRows(row, row - height);
    if (neighbours === 6) continue;
    if (y > 0) joinRows(row, row - height - 1);
    if (y + 1 < height) joinRows(row, row - height + 1);
  }
  return { ...runs, ...numbered(runs, parent) };
}

/** Sets the voxels of components to the value that `chosenValue` gives for their label; undefined leaves them. */
export function paintComponents(
  into: Uint8Array,
  { first, end, label }: Components,
  chosenValue: (label: number) => number | undefined,
): void {
  for (let run = 0; run < label.length; run++) {
    const value = chosenValue(label[run]!);
    if (value !== undefined) into.fill(value, first[run]!, end[run]!);
  }
}

function numbered({ first, end }: Runs, parent: Int32Array): Pick<Components, 'label' | 'voxels'> {
  const label = new Int32Array(parent.length);
  const voxels = [0];
  for (let run = 0; run < parent.length; run++) {
    const root = rootOf(parent, run);
    // The root is the component's earliest run, so it was numbered before.
    if (root === run) label[run] = voxels.push(0) - 1;
    else label[run] = label[root]!;
    voxels[label[run]!]! += end[run]! - first[run]!;
  }
  return { label, voxels: Float64Array.from(voxels) };
}

function join(parent: Int32Array, a: number, b: number): void {
  const rootA = rootOf(parent, a);
  const rootB = rootOf(parent, b);
  if (rootA < rootB) parent[rootB] = rootA;
  else parent[rootA] = rootB;
}

/** Halves the path on the way up, so that later look-ups are short. */
function rootOf(parent: Int32Array, run: number): number {
  let at = run;
  while (parent[at] !== at) {
    parent[at] = parent[parent[at]!]!;
    at = parent[at]!;
  }
  return at;
}

function grown(array: Uint32Array<ArrayBuffer>, least: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.max(least, 2 * array.length));
  larger.set(array);
  return larger;
}
