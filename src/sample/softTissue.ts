import type { Random } from '../random.js';
import type { Canvas } from './canvas.js';
import type { ChestShape, Tissues } from './chestShape.js';
import { createSmoothNoise, smoothStep } from './points.js';

/**
 * Least distance between the points at which the smooth shapes are evaluated; voxels are interpolated between them.
 * It grows only where voxels are so coarse (in tests) that they need no finer one.
 */
const LATTICE_MM = 4;

/** Layers from the outside in; each is painted over the one before. */
const LAYERS = ['body', 'muscle', 'cavity', 'liver', 'leftOrgans', 'heart', 'lung'] as const;
/** Fields that are interpolated as they are, not as edges. */
const PLAIN = ['obliqueFissure', 'horizontalFissure', 'fatStreak', 'lungHu'] as const;
type LayerName = (typeof LAYERS)[number];
type FieldName = LayerName | (typeof PLAIN)[number];
const FIELDS: readonly FieldName[] = [...LAYERS, ...PLAIN];

interface Lattice {
  readonly stepMm: number;
  readonly size: readonly [number, number, number];
  readonly startMm: readonly [number, number, number];
  /** Layers in units of their edge's width: -0.5 is wholly inside, 0.5 wholly outside. */
  readonly fields: Readonly<Record<FieldName, Float32Array>>;
}

export interface SoftTissueHu {
  readonly lung: number;
  readonly blood: number;
}

/** Paints air, skin, fat, muscle, mediastinum, liver, heart and lungs with their lobes' borders over the whole canvas. */
export function paintSoftTissue(canvas: Canvas, chest: ChestShape, hu: SoftTissueHu, random: Random): void {
  const lattice = evaluateLattice(canvas, chest, hu, random);
  const [nx, ny, nz] = canvas.size;
  const columns = columnRuns(canvas, lattice);
  const row = perField(() => new Float32Array(lattice.size[0]));
  for (let k = 0; k < nz; k++)
    for (let j = 0; j < ny; j++) {
      const y = (canvas.startMm[1] + j * canvas.stepMm[1] - lattice.startMm[1]) / lattice.stepMm;
      const z = (canvas.startMm[2] + k * canvas.stepMm[2] - lattice.startMm[2]) / lattice.stepMm;
      for (const name of FIELDS) interpolateRow(lattice, lattice.fields[name], y, z, row[name]);
      const corner = nx * (j + ny * k);
      paintRow(canvas.data.subarray(corner, corner + nx), row, columns, hu, canvas.blurMm);
    }
}

/**
 * One row of voxels from one row of the lattice, cell by cell: where a cell lies wholly outside the body or wholly in a
 * lung (most do) the other layers need no interpolation.
 */
function paintRow(
  voxels: Int16Array,
  row: Readonly<Record<FieldName, Float32Array>>,
  { runs, share: within }: ColumnRuns,
  hu: SoftTissueHu,
  blurMm: number,
): void {
  for (const { cell, first, end } of runs) {
    if (row.body[cell]! >= 0.5 && row.body[cell + 1]! >= 0.5) {
      voxels.fill(-1000, first, end);
      continue;
    }
    const inLung = row.lung[cell]! <= -0.5 && row.lung[cell + 1]! <= -0.5;
    for (let i = first; i < end; i++) {
      const t = within[i]!;
      const value = inLung ? 0 : bodyHu(row, cell, t, hu);
      const lungShare = inLung ? 1 : share(between(row.lung, cell, t));
      if (lungShare === 0) {
        voxels[i] = Math.round(value);
        continue;
      }
      const sheets =
        fissure(between(row.obliqueFissure, cell, t), blurMm) +
        fissure(between(row.horizontalFissure, cell, t), blurMm);
      voxels[i] = Math.round(value + lungShare * (between(row.lungHu, cell, t) + sheets - value));
    }
  }
}

/** All but the lungs, at share `t` of a lattice cell. */
function bodyHu(
  row: Readonly<Record<FieldName, Float32Array>>,
  cell: number,
  t: number,
  hu: SoftTissueHu,
): number {
  const texture = between(row.fatStreak, cell, t);
  // Streaks of fat between the muscles, where a smooth random field is near zero.
  const streak = Math.max(0, 1 - Math.abs(texture) * 11);
  const inCavity = share(between(row.cavity, cell, t));
  let value = -88 + 20 * texture;
  if (inCavity < 1) {
    let around = -1000 + share(between(row.body, cell, t)) * (895 + 12 * texture);
    around += share(between(row.muscle, cell, t)) * (54 - 90 * streak - around);
    value = around + inCavity * (value - around);
  }
  value += share(between(row.liver, cell, t)) * (hu.blood * 0.35 + 46 - value);
  value += share(between(row.leftOrgans, cell, t)) * (hu.blood * 0.3 + 28 - value);
  value += share(between(row.heart, cell, t)) * (hu.blood + 2 - value);
  return value;
}

function between(field: Float32Array, cell: number, t: number): number {
  const low = field[cell]!;
  return low + t * (field[cell + 1]! - low);
}

/** Share of a voxel inside a layer. */
function share(field: number): number {
  return field >= 0.5 ? 0 : field <= -0.5 ? 1 : 0.5 - field;
}

/** HU that a sheet 0.22 mm thick (a fissure) adds, `away` mm from it. */
function fissure(away: number, blurMm: number): number {
  const near = 1 - Math.abs(away) / blurMm;
  return near > 0 ? (near * 0.22 * 700) / blurMm : 0;
}

function evaluateLattice(canvas: Canvas, chest: ChestShape, hu: SoftTissueHu, random: Random): Lattice {
  const stepMm = Math.max(LATTICE_MM, 2 * Math.abs(canvas.stepMm[0]));
  const low = [0, 1, 2].map((axis) => {
    const end = canvas.startMm[axis]! + (canvas.size[axis]! - 1) * canvas.stepMm[axis]!;
    return [Math.min(canvas.startMm[axis]!, end), Math.abs(end - canvas.startMm[axis]!)] as const;
  });
  const startMm = low.map(([start]) => start - stepMm) as [number, number, number];
  const size = low.map(([, extent]) => Math.ceil(extent / stepMm) + 4) as [number, number, number];
  const count = size[0] * size[1] * size[2];
  const fields = perField(() => new Float32Array(count));
  const streaks = createSmoothNoise(random.fork('fat'), 21);
  const patches = createSmoothNoise(random.fork('lung'), 26);
  let at = 0;
  for (let k = 0; k < size[2]; k++)
    for (let j = 0; j < size[1]; j++)
      for (let i = 0; i < size[0]; i++, at++) {
        const x = startMm[0] + i * stepMm;
        const y = startMm[1] + j * stepMm;
        const z = startMm[2] + k * stepMm;
        const tissues = chest.tissuesAt(x, y, z);
        for (const name of LAYERS) fields[name][at] = tissues[name];
        fields.obliqueFissure[at] = tissues.obliqueFissure;
        fields.horizontalFissure[at] = tissues.horizontalFissure;
        fields.fatStreak[at] = streaks(x, y, z);
        fields.lungHu[at] = lungHuAt(hu.lung, tissues, y, chest, patches(x, y, z));
      }
  for (const name of LAYERS) edgesFromDistances(fields[name], { size, stepMm }, canvas);
  return { stepMm, size, startMm, fields };
}

/** Denser at the back, where blood gathers in a lying patient, and along the wall; patchy. */
function lungHuAt(base: number, { lung }: Tissues, y: number, chest: ChestShape, patch: number): number {
  const gravity = 45 * (y / chest.sizes.halfDepthMm);
  return base + gravity + 16 * patch + 35 * smoothStep(-9, 0, lung);
}

/**
 * Turns a field whose zero is a surface into multiples of that surface's edge width: true distance by its own slope,
 * divided by how far a voxel and the scanner's blur reach along the slope (a thick slice blurs a flat surface more).
 */
function edgesFromDistances(
  field: Float32Array,
  { size, stepMm }: Pick<Lattice, 'size' | 'stepMm'>,
  canvas: Canvas,
): void {
  const distances = field.slice();
  const strides = [1, size[0], size[0] * size[1]] as const;
  const widths = [canvas.blurMm, canvas.blurMm, Math.max(canvas.blurMm, Math.abs(canvas.stepMm[2]))] as const;
  const slopeAlong = (axis: 0 | 1 | 2, index: number, at: number): number => {
    const stride = strides[axis];
    const before = index > 0 ? at - stride : at;
    const after = index < size[axis] - 1 ? at + stride : at;
    return (distances[after]! - distances[before]!) / (((after - before) / stride) * stepMm);
  };
  let at = 0;
  for (let k = 0; k < size[2]; k++)
    for (let j = 0; j < size[1]; j++)
      for (let i = 0; i < size[0]; i++, at++) {
        const wx = slopeAlong(0, i, at) * widths[0];
        const wy = slopeAlong(1, j, at) * widths[1];
        const wz = slopeAlong(2, k, at) * widths[2];
        field[at] = distances[at]! / Math.max(0.3, Math.sqrt(wx * wx + wy * wy + wz * wz));
      }
}

function perField<T>(create: () => T): Record<FieldName, T> {
  return Object.fromEntries(FIELDS.map((name) => [name, create()])) as Record<FieldName, T>;
}

interface ColumnRuns {
  /** Voxel columns first .. end - 1 lie in one lattice cell. */
  readonly runs: readonly { readonly cell: number; readonly first: number; readonly end: number }[];
  /** Where in its cell each column lies, 0 to 1. */
  readonly share: Float32Array;
}

function columnRuns(canvas: Canvas, lattice: Lattice): ColumnRuns {
  const nx = canvas.size[0];
  const runs: { cell: number; first: number; end: number }[] = [];
  const within = new Float32Array(nx);
  for (let i = 0; i < nx; i++) {
    const x = (canvas.startMm[0] + i * canvas.stepMm[0] - lattice.startMm[0]) / lattice.stepMm;
    const cell = Math.floor(x);
    within[i] = x - cell;
    const last = runs.at(-1);
    if (last?.cell === cell) last.end = i + 1;
    else runs.push({ cell, first: i, end: i + 1 });
  }
  return { runs, share: within };
}

/** The field along x at lattice height (y, z), which may be fractional. */
function interpolateRow(
  lattice: Lattice,
  field: Float32Array,
  y: number,
  z: number,
  row: Float32Array,
): void {
  const [nx, ny] = lattice.size;
  const [j, k] = [Math.floor(y), Math.floor(z)];
  const [v, w] = [y - j, z - k];
  const corner = nx * (j + ny * k);
  const [a, b, c, d] = [(1 - v) * (1 - w), v * (1 - w), (1 - v) * w, v * w];
  const [up, back] = [nx * ny, nx];
  for (let i = 0; i < nx; i++) {
    const at = corner + i;
    row[i] = a * field[at]! + b * field[at + back]! + c * field[at + up]! + d * field[at + up + back]!;
  }
}
