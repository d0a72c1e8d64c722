// Draws images/mimics.svg, the figure of docs/sample-data.md, from the sample data set and its patch file:
// run it after `npx voxlab sample` and `npx voxlab crop --subset all`.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CROP_CONFIG_FILE, inRepository, openPatchFile, patchMontage, readCropSettings } from 'voxlab';

const EACH = 5;
const SHOWN = [
  ['solid', 'part-solid'],
  ['ground-glass', 'micronodule'],
  ['granuloma', 'lymph node'],
  ['hilar lymph node', 'mucus plug'],
  ['infiltrate', 'scar'],
  ['costochondral bump', 'wall bump'],
  ['end-on vessel', 'hilar vessel'],
  ['vessel fork', 'vessel crossing'],
  ['airway wall', 'diaphragm dome'],
].flat();

/** What is at a place of the table: a nodule's density or a negative's kind. */
const settings = readCropSettings(CROP_CONFIG_FILE, 'local');
const truth = new Map(
  readFileSync(join(settings.scansFolder, 'candidates_truth.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
    .map(([uid, x, y, z, , kind, , density]) => [`${uid} ${+x} ${+y} ${+z}`, density || kind]),
);

const patches = await openPatchFile(inRepository('data', 'preprocessed', '32x32x32-patch.hdf5'));
const { classes } = patches.labels();
const kinds = patches
  .findings([...classes.keys()])
  .map(({ seriesUid, centerWorldMm }) => truth.get(`${seriesUid} ${centerWorldMm.join(' ')}`));
const rows = SHOWN.flatMap((kind) => {
  const all = [...classes.keys()].filter((row) => kinds[row] === kind);
  // Evenly from all scans: rows are sorted by subset and scan.
  return Array.from({ length: EACH }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / EACH)]);
});
const voxels = new Int16Array(rows.length * patches.voxelsPerRow);
await patches.readRows(rows, voxels);
const figure = patchMontage(
  'Nodules (orange) and what looks like them (blue)',
  rows.map((row, i) => ({
    dataHu: voxels.subarray(i * patches.voxelsPerRow, (i + 1) * patches.voxelsPerRow),
    class: classes[row],
    caption: i % EACH === 0 ? SHOWN[i / EACH] : '',
  })),
  patches.format,
  { columns: 2 * EACH, edge: 72 },
);
patches.close();
writeFileSync(inRepository('images', 'mimics.svg'), figure.svg());
