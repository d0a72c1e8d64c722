import type { VoxelArray } from '../volumes/volume.js';
import { type Chart, chart } from './figure.js';

/** Voxels whose intensities are to be compared. */
export interface HuSample {
  readonly name: string;
  readonly dataHu: VoxelArray;
}

const BIN_HU = 20;

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
  { low, high }: { readonly low: number; readonly high: number } = { low: -1100, high: 1000 },
): Chart {
  const bins = Math.ceil((high - low) / BIN_HU);
  const x = Array.from({ length: bins }, (_, bin) => low + (bin + 0.5) * BIN_HU);
  return chart({
    title,
    x: { title: `intensity (HU, bins of ${BIN_HU})` },
    y: { title: 'share of voxels (%)' },
    traces: samples.map(({ name, dataHu }) => ({ name, x, y: sharesOf(dataHu, low, bins) })),
  });
}

function sharesOf(dataHu: VoxelArray, low: number, bins: number): number[] {
  const counts = new Float64Array(bins);
  for (let i = 0; i < dataHu.length; i++)
    counts[Math.min(bins - 1, Math.max(0, Math.floor((dataHu[i]! - low) / BIN_HU)))]!++;
  return Array.from(counts, (count) => (100 * count) / dataHu.length);
}
