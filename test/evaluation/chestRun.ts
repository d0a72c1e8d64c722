import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTrainingSettings } from '../../src/config/trainingSettings.js';
import { crop } from '../../src/patches/crop.js';
import { createRandom } from '../../src/random.js';
import { train } from '../../src/training/train.js';
import { writeMetaImage } from '../../src/volumes/metaImage/metaImageWriter.js';
import type { Vector3 } from '../../src/volumes/voxels/volume.js';
import { chestPhantom } from '../detection/chestPhantom.js';
import { allRecords } from '../training/trainFixture.js';

const SCANS = 4;

/** Four chests with three balls each, cut at these and at nine other places, and a run that held the third one out; with `crop` it saw the patches' middle. */
export async function trainedOnChests(
  t: { readonly after: (cleanUp: () => void) => void },
  { crop: middle = 0 } = {},
): Promise<{ folder: string; run: string; candidatesPath: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-predictor-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const random = createRandom('chests');
  const place = (): Vector3 => {
    const side = random.uniform() < 0.5 ? -68 : 68;
    return [side + random.between(-20, 20), random.between(-30, 30), random.between(-30, 30)];
  };
  const lines = ['seriesuid,coordX,coordY,coordZ,class'];
  for (let scan = 0; scan < SCANS; scan++) {
    const balls = Array.from({ length: 3 }, () => ({
      centerWorldMm: place(),
      diameterMm: random.between(8, 14),
      hu: 20,
    }));
    const path = join(folder, 'scans', `subset${scan}`);
    mkdirSync(path, { recursive: true });
    writeMetaImage(
      join(path, `chest${scan}.mhd`),
      chestPhantom({ balls, spacingMm: [1.6, 1.6, 2], noiseHu: 20, seed: scan }),
    );
    for (const { centerWorldMm } of balls) lines.push([`chest${scan}`, ...centerWorldMm, 1].join(','));
    for (let i = 0; i < 9; i++) lines.push([`chest${scan}`, ...place(), 0].join(','));
  }
  const candidatesPath = join(folder, 'scans', 'candidates_V2.csv');
  writeFileSync(candidatesPath, `${lines.join('\n')}\n`);
  const [cropped] = await crop({
    scansFolder: join(folder, 'scans'),
    candidatesPath,
    outFolder: join(folder, 'patches'),
    subsets: 'all',
    formats: [{ dim: 16, slices: 16, spacingMm: [1, 1, 1], interpolation: 'linear' }],
  });
  const { file } = cropped!;
  const run = join(folder, 'run');
  const config = {
    ...readTrainingSettings(),
    ...{
      data: file,
      run,
      network: middle === 0 ? 'cnn3d' : 'resnet3d-18', // of whose strides a smaller patch is enough
      filters: 4,
      threads: 0,
      batchSize: 8,
      epochs: 4,
      holdout: 2,
      validation: 3,
      seed: 16,
      crop: middle,
    },
  } as const;
  await allRecords(train(config));
  return { folder, run, candidatesPath };
}
