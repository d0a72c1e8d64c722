import { CLASS_NAMES, type ClassNames } from '../config/classNames.js';
import { given } from '../given.js';
import type { PatchFile } from '../store/patchFile.js';
import type { VoxelArray } from '../volumes/voxels/volume.js';
import { type Chart, chart } from './charts/chart.js';
import { PALETTE, type Trace } from './charts/chartSpec.js';

/** Voxels whose intensities are to be compared. */
export interface HuSample {
  readonly name: string;
  readonly dataHu: VoxelArray;
}

/** Ends of the axis. */
interface HuRange {
  readonly low: number;
  readonly high: number;
}

const BIN_HU = 20;
const RANGE: HuRange = { low: -1100, high: 1000 };
const ROWS_OF_CLASS = 1000;

/**
 * Share of voxels by intensity, in bins of 20 HU from `low` to `high`; what lies beyond counts in the first and last bin.
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const { data } = await readVolume(scan);
 * display(huHistogramFigure('Intensities of a scan', [{ name: scan.uid, dataHu: data }]));
 */
export function huHistogramFigure(
  title: string,
  samples: readonly HuSample[],
  { low, high }: HuRange = RANGE,
): Chart {
  const counted = samples.map(({ name, dataHu }) => {
    const counts = new HuCounts({ low, high });
    counts.add(dataHu);
    return { name, counts };
  });
  return histogram(title, counted, { low, high });
}

/**
 * Intensities of the patches of each class: of all, or of `rowsOfClass` (1000) that lie evenly over the file. Throws InputError.
 * @example
 * const patches = await openPatchFile(inRepository('data/preprocessed/32x32x32-patch.hdf5'));
 * display(await huByClassFigure(patches));
 * patches.close();
 */
export async function huByClassFigure(
  patches: PatchFile,
  { rowsOfClass = ROWS_OF_CLASS, names = CLASS_NAMES }: { rowsOfClass?: number; names?: ClassNames } = {},
): Promise<Chart> {
  const { classes } = patches.labels();
  const voxelsHu = new Int16Array(patches.voxelsPerRow);
  const counted: Counted[] = [];
  for (const wanted of [1, 0] as const) {
    const own = [...classes.keys()].filter((row) => classes[row] === wanted);
    const rows = evenly(own, rowsOfClass);
    const counts = new HuCounts(RANGE);
    for (const row of rows) {
      await patches.readRows([row], voxelsHu);
      counts.add(voxelsHu);
    }
    const of = rows.length === own.length ? '' : ` of ${own.length.toLocaleString('en')}`;
    counted.push({
      name: `${names[wanted]} (${rows.length.toLocaleString('en')}${of} patches)`,
      counts,
      color: PALETTE[wanted],
    });
  }
  return histogram('Intensities by class', counted, RANGE);
}

interface Counted {
  readonly name: string;
  readonly counts: HuCounts;
  readonly color?: string;
}

function histogram(title: string, counted: readonly Counted[], { low, high }: HuRange): Chart {
  const bins = binsOf({ low, high });
  const x = Array.from({ length: bins }, (_, bin) => low + (bin + 0.5) * BIN_HU);
  return chart({
    title,
    x: { title: `intensity (HU, bins of ${BIN_HU})` },
    y: { title: 'share of voxels (%)' },
    traces: counted.map(
      ({ name, counts, color }): Trace => ({
        ...{ name, x, y: counts.shares() },
        ...given({ color }),
      }),
    ),
    says: counted.map(({ name, counts }) => `${name}: ${counts.says()}`),
  });
}

function binsOf({ low, high }: HuRange): number {
  return Math.ceil((high - low) / BIN_HU);
}

/** Counts of voxels by bin, of any number of them. */
class HuCounts {
  private readonly counts: Float64Array;
  private total = 0;
  private sum = 0;
  /** No finite number. */
  private bad = 0;

  constructor(private readonly range: HuRange) {
    this.counts = new Float64Array(binsOf(range));
  }

  add(dataHu: VoxelArray): void {
    const { counts } = this;
    const { low } = this.range;
    for (let i = 0; i < dataHu.length; i++) {
      const value = dataHu[i]!;
      if (!Number.isFinite(value)) {
        this.bad++;
        continue;
      }
      counts[Math.min(counts.length - 1, Math.max(0, Math.floor((value - low) / BIN_HU)))]!++;
      this.sum += value;
      this.total++;
    }
  }

  shares(): (number | null)[] {
    return Array.from(this.counts, (count) => (this.total === 0 ? null : (100 * count) / this.total));
  }

  says(): string {
    if (this.total === 0) return 'no voxel';
    const most = this.counts.reduce((best, count, bin) => (count > this.counts[best]! ? bin : best), 0);
    const from = this.range.low + most * BIN_HU;
    return `mean ${(this.sum / this.total).toFixed(0)} HU; most voxels (${((100 * this.counts[most]!) / this.total).toFixed(1)} %) from ${from} to ${from + BIN_HU} HU; lung (-950 to -700) ${this.shareBetween(-950, -700)} %, soft tissue (-50 to 100) ${this.shareBetween(-50, 100)} %${this.bad === 0 ? '' : `; ${this.bad} voxels are no finite number and left out`}`;
  }

  /** In percent, of whole bins. */
  private shareBetween(from: number, to: number): string {
    const { low } = this.range;
    const [first, end] = [(from - low) / BIN_HU, (to - low) / BIN_HU].map(Math.round) as [number, number];
    const count = this.counts.slice(Math.max(0, first), Math.max(0, end)).reduce((a, b) => a + b, 0);
    return ((100 * count) / this.total).toFixed(1);
  }
}

/** At most so many, from the first to the last. */
function evenly(rows: readonly number[], most: number): number[] {
  if (rows.length <= most) return [...rows];
  return Array.from(
    { length: most },
    (_, i) => rows[Math.round((i * (rows.length - 1)) / Math.max(1, most - 1))]!,
  );
}
