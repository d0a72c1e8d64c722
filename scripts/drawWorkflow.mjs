// Draws images/workflow.svg, the README's figure, from what `npm start` has made: run it after `npm start`.
import { writeFileSync } from 'node:fs';
import {
  CROP_CONFIG_FILE,
  evaluate,
  findScans,
  inRepository,
  lossFigure,
  openPatchFile,
  patchMontage,
  readCandidates,
  readCropSettings,
  readMetrics,
  readVolume,
  rocFigure,
  threePlanes,
  workflowFigure,
} from 'voxlab';

const settings = readCropSettings(CROP_CONFIG_FILE, 'local');
const run = inRepository('runs', 'start');

const scan = findScans(settings.scansFolder, [5])[0];
const candidates = readCandidates(settings.candidatesPath).filter(({ seriesUid }) => seriesUid === scan.uid);
const nodules = candidates.filter((candidate) => candidate.class === 1);
const planes = threePlanes(await readVolume(scan), nodules[nodules.length >> 1].centerWorldMm, {
  marks: candidates,
  title: 'lung window; orange: nodules, blue: other candidates',
});

const patches = await openPatchFile(inRepository('data', 'preprocessed', '32x32x32-patch.hdf5'));
const { classes } = patches.labels();
const rows = [1, 0].flatMap((label) =>
  [...classes.keys()]
    .filter((row) => classes[row] === label)
    .filter((_, i) => i % 7 === 0)
    .slice(0, 16),
);
const voxels = new Int16Array(rows.length * patches.voxelsPerRow);
await patches.readRows(rows, voxels);
const montage = patchMontage(
  '',
  rows.map((row, i) => ({
    dataHu: voxels.subarray(i * patches.voxelsPerRow, (i + 1) * patches.voxelsPerRow),
    class: classes[row],
  })),
  patches.format,
  { edge: 62 },
);
patches.close();

const evaluation = await evaluate({ run, checkpoint: 'best' });
const workflow = workflowFigure('From a scan to a trained network', [
  { caption: 'A scan and its candidates', svg: planes.svg() },
  { caption: 'Patches of 32 mm: nodules, and what looks like them', svg: montage.svg() },
  { caption: 'Training', svg: lossFigure(readMetrics(run)).svg() },
  {
    caption: 'Patches of scans that training never saw',
    svg: rocFigure(evaluation.roc, evaluation.rocAuc, evaluation.rocAucInterval).svg(),
  },
]);
writeFileSync(inRepository('images', 'workflow.svg'), workflow.svg());
