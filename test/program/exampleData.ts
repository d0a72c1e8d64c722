// Fills the folder of the examples (exampleFolder.ts) with what `npm start` makes, only smaller, and a cross-validation:
//   VOXLAB_HOME=FOLDER node dist/test/program/exampleData.js
import {
  CROP_CONFIG_FILE,
  crop,
  crossvalConfigs,
  evaluate,
  inRepository,
  openPatchFile,
  readCropSettings,
  readTrainingSettings,
  scanLabels,
  type TrainConfig,
  train,
} from '../../src/index.js';
import { makeSampleDataSet } from '../../src/sample/sampleDataSet.js';

async function evaluated(config: TrainConfig): Promise<void> {
  for await (const _ of train(config));
  await evaluate({ run: config.run, checkpoint: 'best' });
}

// Subsets 0 to 6: the settings hold 5 out, and 6 chooses.
await makeSampleDataSet({ out: inRepository('data/raw'), scans: 7, coarsening: 5 });
const { preprocessedFolder, ...settings } = readCropSettings(CROP_CONFIG_FILE, 'local');
const format = { dim: 32, slices: 32, spacingMm: [1, 1, 1], interpolation: 'linear' } as const;
await crop({ ...settings, outFolder: preprocessedFolder, subsets: 'all', formats: [format] });

const data = inRepository('data/preprocessed/32x32x32-patch.hdf5');
const small = { filters: 2, epochs: 1, batchSize: 64, threads: 0 };
const config = { ...readTrainingSettings(), data, run: inRepository('runs/start'), ...small };
await evaluated(config);

const patches = await openPatchFile(data);
const labels = scanLabels(patches);
patches.close();
const whole = { ...config, run: inRepository('runs/crossval') };
for (const fold of crossvalConfigs(whole, labels, 3).slice(0, 2)) await evaluated(fold);
process.exit(0);
