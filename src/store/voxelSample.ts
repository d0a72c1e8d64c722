import type { Intensity } from '../config/intensity.js';
import { InputError } from '../errors.js';
import type { ValueScale } from './hdf5/rowIndex.js';
import { numbersIn } from './hdf5/rowValues.js';
import type { PatchFile } from './patchFile.js';

/** What some rows over a whole file hold, as stored. */
export interface VoxelSample {
  readonly rows: number;
  /** Rows with a voxel that is NaN or infinite. */
  readonly notFinite: readonly number[];
  /** Of the finite voxels. */
  readonly low: number;
  readonly high: number;
  /** 0.1 and 99.9 % of the finite voxels lie below. */
  readonly low01: number;
  readonly high999: number;
  /** Whether a voxel is no whole number. */
  readonly hasFractions: boolean;
}

const MOST_ROWS = 256;
/** Voxels of a row that the percentiles are taken of. */
const VOXELS_OF_A_ROW = 512;
/** A range in which whole numbers would keep next to nothing: lungs have 1000 HU between air and tissue. */
const FEW_HU = 50;
/** Numbers of few digits are a little beyond what they mean. */
const UNIT_SLACK = 0.01;
const SHOWN = 5;

/** Reads up to 256 rows, evenly over the file. Throws InputError. */
export async function sampleVoxels(patches: PatchFile): Promise<VoxelSample> {
  const count = Math.min(MOST_ROWS, patches.rows);
  const notFinite: number[] = [];
  const some: number[] = [];
  let [low, high, hasFractions] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, false];
  for (let i = 0; i < count; i++) {
    const row = Math.round((i * (patches.rows - 1)) / Math.max(1, count - 1));
    const values = numbersIn(patches.element, await patches.readRowBytes(row));
    const step = Math.max(1, Math.floor(values.length / VOXELS_OF_A_ROW));
    let isWhole = true;
    for (let at = 0; at < values.length; at++) {
      const value = values[at]!;
      if (!Number.isFinite(value)) {
        isWhole = false;
        continue;
      }
      if (value < low) low = value;
      if (value > high) high = value;
      hasFractions ||= !Number.isInteger(value);
      if (at % step === 0) some.push(value);
    }
    if (!isWhole) notFinite.push(row);
  }
  some.sort((a, b) => a - b);
  const below = (share: number): number => some[Math.floor(share * (some.length - 1))] ?? Number.NaN;
  return { rows: count, notFinite, low, high, low01: below(0.001), high999: below(0.999), hasFractions };
}

/** Why rows cannot be trained on or scored with this meaning of their voxels, each with what to do; empty for such that can. */
export function voxelFaults(sample: VoxelSample, intensity: Intensity): string[] {
  const { rows, notFinite, low, high, hasFractions } = sample;
  if (rows === 0) return [];
  const faults: string[] = [];
  if (notFinite.length > 0)
    faults.push(
      `input: ${notFinite.length} of ${rows} rows looked at have voxels that are NaN or infinite (first: row ${notFinite.slice(0, SHOWN).join(', ')}): expected finite numbers; leave such rows out, or crop them again`,
    );
  if (notFinite.length === rows) return faults;
  const range = `received ${short(low)} to ${short(high)} in ${rows} rows looked at`;
  if (low === high)
    faults.push(
      `input: expected voxels that differ, received ${short(low)} everywhere in ${rows} rows looked at`,
    );
  else if (intensity === 'unit' && (low < -UNIT_SLACK || high > 1 + UNIT_SLACK))
    faults.push(
      `input: INTENSITY = unit: expected voxels from 0 to 1, ${range}; take INTENSITY = float, or hu`,
    );
  else if (intensity === 'hu' && hasFractions && high - low < FEW_HU)
    faults.push(`input: expected Hounsfield units, ${range}, which rounding would lose; ${remedy(sample)}`);
  else if (intensity === 'hu' && low >= 0)
    faults.push(
      `input: expected Hounsfield units (air is -1000, lung about -850), ${range}; add the intercept (often -1024), or ${remedy(sample)}`,
    );
  return faults;
}

/** What makes stored values HU, so that the window that training sees keeps their range; undefined for HU. */
export function valueScale(
  { low01, high999 }: VoxelSample,
  intensity: Intensity,
  window: { readonly low: number; readonly high: number },
): ValueScale | undefined {
  if (intensity === 'hu') return undefined;
  const [from, to] = intensity === 'unit' ? [0, 1] : [low01, high999];
  const slope = (window.high - window.low) / (to > from ? to - from : 1);
  return { slope, intercept: window.low - slope * from };
}

/** Throws InputError, naming all faults. */
export function requireVoxels(path: string, sample: VoxelSample, intensity: Intensity): void {
  const faults = voxelFaults(sample, intensity);
  if (faults.length > 0) throw new InputError(path, faults.join('; '));
}

function remedy({ low, high }: VoxelSample): string {
  const isUnit = low >= -UNIT_SLACK && high <= 1 + UNIT_SLACK;
  return isUnit
    ? 'INTENSITY = unit (--intensity unit) reads 0 to 1 as the window'
    : 'INTENSITY = float (--intensity float) reads their range as the window';
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
