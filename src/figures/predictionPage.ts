import type { Volume } from '../volumes/voxels/volume.js';
import { escaped } from './drawing/markup.js';
import { researchPage } from './drawing/pagePolicy.js';
import { patchMontage } from './slices/patchMontage.js';
import { threePlanes } from './slices/threePlanes.js';

/** A mark as the page shows it. */
export interface PageMark {
  readonly centerWorldMm: readonly [number, number, number];
  readonly diameterMm?: number;
  readonly probability: number;
  readonly patchHu: Int16Array;
}

export interface PredictionPage {
  readonly scan: string;
  readonly volume: Volume;
  /** Probability, 0 to 1: drawn in colour over the planes. */
  readonly heatMap?: Volume;
  /** Best first; the first ones are shown. */
  readonly marks: readonly PageMark[];
  /** Size of the patches, in voxels. */
  readonly patch: { readonly dim: number; readonly slices: number };
  /** What the reader should know of the network, a line each. */
  readonly lines: readonly string[];
}

const PLANES = 3;
const PATCHES = 24;
const ROWS = 50;
/** Three planes of a chest fill the page. */
const PIXELS_PER_MM = 1.4;

/** One page for people, without scripts: planes through the best marks, their patches, and a table. Complete in one file. */
export function predictionPage({ scan, volume, heatMap, marks, patch, lines }: PredictionPage): string {
  const shown = marks.slice(0, PATCHES);
  const planes = marks.slice(0, PLANES).map((mark, i) =>
    threePlanes(volume, mark.centerWorldMm, {
      title: `${i + 1}: ${describe(mark)}`,
      pixelsPerMm: PIXELS_PER_MM,
      marks: marks.slice(0, ROWS),
      ...(heatMap === undefined ? {} : { overlay: { volume: heatMap } }),
    }),
  );
  const montage = patchMontage(
    `the first ${shown.length} of ${marks.length} marks, middle slices`,
    shown.map((mark, i) => ({
      dataHu: mark.patchHu,
      class: mark.probability >= 0.5 ? 1 : 0,
      caption: `${i + 1}: ${mark.probability.toFixed(2)}`,
    })),
    patch,
  );
  const rows = marks
    .slice(0, ROWS)
    .map(({ centerWorldMm: [x, y, z], diameterMm, probability, patchHu }, i) =>
      cells([
        i + 1,
        probability.toFixed(3),
        diameterMm?.toFixed(1) ?? '-',
        middleHu(patchHu, patch).toFixed(0),
        x.toFixed(1),
        y.toFixed(1),
        z.toFixed(1),
      ]),
    );
  const found = `${planes.map((plane) => `<figure>${plane.svg()}</figure>`).join('\n')}
<figure>${montage.svg()}</figure>
<table><thead>${cells(['', 'probability', 'diameter (mm)', 'HU', 'x (mm)', 'y (mm)', 'z (mm)'], 'th')}</thead><tbody>${rows.join('\n')}</tbody></table>`;
  return researchPage({
    ...{ title: `Marks of ${scan}`, lines },
    body: marks.length === 0 ? '<p>No place in the lungs was marked.</p>' : found,
  });
}

/** Mean of the 27 voxels in the middle of a patch (z, y, x): one voxel alone is noise. */
function middleHu(patchHu: Int16Array, { dim, slices }: PredictionPage['patch']): number {
  const [z, middle] = [Math.floor(slices / 2), Math.floor(dim / 2)];
  let sum = 0;
  for (let dz = -1; dz <= 1; dz++)
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++) sum += patchHu[((z + dz) * dim + middle + dy) * dim + middle + dx]!;
  return sum / 27;
}

function describe({ probability, diameterMm }: PageMark): string {
  return `probability ${probability.toFixed(3)}${diameterMm === undefined ? '' : `, ${diameterMm.toFixed(1)} mm`}`;
}

function cells(values: readonly (string | number)[], tag = 'td'): string {
  return `<tr>${values.map((value) => `<${tag}>${escaped(String(value))}</${tag}>`).join('')}</tr>`;
}
