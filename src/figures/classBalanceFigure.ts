import { CLASS_NAMES, type ClassNames } from '../config/classNames.js';
import type { ScanLabels } from '../feed/rowLabels.js';
import { type Chart, chart } from './charts/chart.js';
import { GREY, PALETTE } from './charts/chartSpec.js';

/** What is drawn of the rows of a patch file. */
export type BalanceLabels = Pick<ScanLabels, 'classes' | 'subsets'> & Partial<Pick<ScanLabels, 'seriesUids'>>;

/** More do not fit beside each other with their numbers. */
const MOST_LABELS = 16;

interface Subset {
  readonly subset: number;
  positives: number;
  negatives: number;
  readonly scans: Set<string>;
}

/**
 * Patches of each class in each subset; below them the share of nodules, beside that of all patches.
 * @example
 * display(classBalanceFigure({ classes: [1, 0, 0, 1, 0, 0], subsets: [0, 0, 0, 1, 1, 1] }));
 */
export function classBalanceFigure(labels: BalanceLabels, names: ClassNames = CLASS_NAMES): Chart {
  const subsets = subsetsOf(labels);
  const x = subsets.map((_, at) => at);
  const rows = subsets.reduce((sum, { positives, negatives }) => sum + positives + negatives, 0);
  const positives = subsets.reduce((sum, subset) => sum + subset.positives, 0);
  const percent = (part: number, whole: number): number => (whole === 0 ? 0 : (100 * part) / whole);
  const shares = subsets.map((subset) => percent(subset.positives, subset.positives + subset.negatives));
  const all = percent(positives, rows);
  const isLabelled = subsets.length <= MOST_LABELS;
  const labelled = (words: readonly string[]) => (isLabelled ? { labels: words } : {});
  return chart({
    title: `${positives.toLocaleString('en')} ${names[1]} among ${rows.toLocaleString('en')} patches: ${short(all)} %`,
    x: {
      ...{ title: 'subset', range: [-0.6, Math.max(0, subsets.length - 1) + 0.6] },
      names: subsets.map(({ subset }) => (subset < 0 ? 'none' : String(subset))),
    },
    y: { title: 'patches' },
    traces: [
      {
        ...{ name: names[1], x, y: subsets.map((subset) => subset.positives) },
        ...{ color: PALETTE[1], bars: { width: 0.7 } },
      },
      {
        ...{ name: names[0], x, y: subsets.map((subset) => subset.positives + subset.negatives) },
        ...{ color: '#92bfdf', bars: { width: 0.7, base: subsets.map((subset) => subset.positives) } },
        ...labelled(subsets.map((subset) => (subset.positives + subset.negatives).toLocaleString('en'))),
      },
    ],
    below: [
      {
        y: { title: `${names[1]} (%)`, range: [0, 1.3 * Math.max(...shares, all, 1e-3)] },
        traces: [
          {
            ...{ name: `share of ${names[1]}`, x, y: shares, color: PALETTE[1], bars: { width: 0.7 } },
            ...labelled(shares.map((share) => `${short(share)} %`)),
          },
          {
            ...{ name: `of all patches: ${short(all)} %`, x: [-0.6, subsets.length - 0.4], y: [all, all] },
            ...({ color: GREY, dash: 'dash', width: 1.5 } as const),
          },
        ],
      },
    ],
    says: [
      ...subsets.map(
        ({ subset, positives: some, negatives, scans }, at) =>
          `subset ${subset < 0 ? 'none' : subset}: ${some} ${names[1]}, ${negatives} ${names[0]} (${short(shares[at]!)} %)${scans.size === 0 ? '' : `, ${scans.size} ${scans.size === 1 ? 'scan' : 'scans'}`}`,
      ),
      `all: ${positives} ${names[1]}, ${rows - positives} ${names[0]} (${short(all)} %)`,
    ],
  });
}

/** Ascending. */
function subsetsOf({ classes, subsets, seriesUids }: BalanceLabels): Subset[] {
  const found = new Map<number, Subset>();
  for (let row = 0; row < classes.length; row++) {
    const subset = subsets[row]!;
    const own = found.get(subset) ?? { subset, positives: 0, negatives: 0, scans: new Set() };
    found.set(subset, own);
    if (classes[row] === 1) own.positives++;
    else own.negatives++;
    if (seriesUids !== undefined) own.scans.add(seriesUids[row]!);
  }
  return [...found.values()].sort((a, b) => a.subset - b.subset);
}

function short(percent: number): string {
  return percent >= 10 ? percent.toFixed(1) : percent.toFixed(2);
}
