import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readAnnotations } from '../../src/candidates/annotations.js';
import { readCandidates } from '../../src/candidates/candidateTable.js';
import { readLidcReading } from '../../src/candidates/lidc/lidcReading.js';
import { segmentFindings } from '../../src/candidates/segmentFindings.js';
import { clusterOf } from '../../src/config/cluster.js';
import { readCropSettings } from '../../src/config/cropSettings.js';
import { readTrainingSettings } from '../../src/config/trainingSettings.js';
import { listRuns } from '../../src/evaluation/runList.js';
import { scoreSubmission } from '../../src/evaluation/scoreSubmission.js';
import { readKerasWeights } from '../../src/exchange/kerasWeights.js';
import { gpuMemoryBars, gpuMemoryFigure, gpuUtilizationFigure } from '../../src/figures/gpuUseFigures.js';
import { readGpuLog } from '../../src/gpu/logs/readGpuLog.js';
import { readPerformance } from '../../src/gpu/performance.js';
import { summariseGpuLog } from '../../src/gpu/summary.js';
import { readNotebook } from '../../src/kernel/notebookFile.js';
import { readConnection } from '../../src/kernel/protocol.js';
import { readManifest } from '../../src/sample/sampleManifest.js';
import { openPatchFile } from '../../src/store/patchFile.js';
import { loadLinked } from '../../src/training/run/loadCheckpoint.js';
import { readMetrics } from '../../src/training/run/metricsLog.js';
import { readRunConfig, readRunSplit } from '../../src/training/run/runFolder.js';
import { readVolume } from '../../src/volumes/readVolume.js';

/** What a reader made of a file: plain data, to be held against what the reference reader made of it. */
export type Reading = Readonly<Record<string, unknown>> | undefined;

/** How a file of a kind is read, all of it. Files of a run are read through the run. */
export type Reader = (file: string) => Promise<Reading>;

/** Every door through which a file comes in. */
export const READERS: Readonly<Record<string, Reader>> = {
  hdf5: async (file) => {
    const patches = await openPatchFile(file);
    try {
      const hashes: string[] = [];
      for (let row = 0; row < Math.min(patches.rows, MOST_ROWS); row++)
        hashes.push(hashOf(await patches.readRowBytes(row)));
      const { classes } = patches.labels();
      const { seriesUids } = patches.places();
      patches.datasets();
      return { rows: hashes, classes: Array.from(classes), uids: seriesUids };
    } finally {
      patches.close();
    }
  },
  scan: async (file) => volumeReading(file),
  dicom: async (file) => volumeReading(dirname(file)),
  segments: async (file) => void (await segmentFindings(file)),
  candidates: async (file) => void finite(readCandidates(file)),
  annotations: async (file) => void finite(readAnnotations(file)),
  submission: async (file) =>
    void finite(
      scoreSubmission({
        submission: join(dirname(file), 'predictions.csv'),
        annotations: join(dirname(file), 'annotations.csv'),
        seriesUids: [join(dirname(file), 'seriesuids.csv')],
        samples: 10,
      }).sensitivities,
    ),
  lidc: async (file) => void readLidcReading(file),
  gpu: async (file) => {
    const log = await readGpuLog(file);
    finite(summariseGpuLog(log));
    for (const figure of [gpuUtilizationFigure(log), gpuMemoryFigure(log), gpuMemoryBars(log)])
      if (/NaN|Infinity/.test(figure.svg())) throw new Error('a figure has numbers that are none');
    return undefined;
  },
  keras: async (file) => void (await readKerasWeights(file)),
  notebook: async (file) => void readNotebook(file),
  connection: async (file) => void readConnection(file),
  cluster: async (file) => void clusterOf({}, { TF_CONFIG: readFileSync(file, 'utf8') }),
  run: async (file) => {
    const run = dirname(file).replace(/\/(last|best|checkpoints\/[^/]+)$/, '');
    finite(readMetrics(run));
    readRunConfig(run);
    readRunSplit(run);
    const { runs } = listRuns(dirname(run));
    await loadLinked(run, 'last');
    return { runs: runs.length };
  },
  settings: async (file) =>
    void (file.endsWith('model.ini') ? readTrainingSettings(file) : readCropSettings(file, 'local')),
  performance: async (file) => void finite(readPerformance(file)),
  manifest: async (file) => void readManifest(file),
};

/** A damaged shape may promise any number; those that are looked at are enough. */
const MOST_ROWS = 2000;

async function volumeReading(path: string): Promise<Reading> {
  const { data, size, spacingMm, originMm, direction } = await readVolume(path);
  const voxels = size[0] * size[1] * size[2];
  if (data.length !== voxels) throw new Error(`${data.length} voxels of ${size.join(' x ')}`);
  return { size, spacingMm, originMm, direction, sum: sumOf(data) };
}

/** Of what a reader lets through as numbers, none may be NaN or infinite. */
function finite(value: unknown): void {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new Error(`the reader let ${value} through`);
  if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) finite(each);
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

/** A sum in which every voxel has its place. */
function sumOf(data: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum = (sum + (i + 1) * data[i]!) % 1e9;
  return sum;
}
