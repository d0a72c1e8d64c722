// The weights of src/detection/likeness.ts: a logistic regression of scikit-learn on all blobs of a sample, and what it finds.
//   npx voxlab sample --scans 30 --seed 77 --out data/fit && node scripts/fitDetector.mjs data/fit
// Use other scans than those that the detector is then measured on.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { readAnnotations } from '../dist/src/candidates/annotations.js';
import { blobsOf, isInLung } from '../dist/src/detection/detect.js';
import { TRAITS, traitsOf } from '../dist/src/detection/likeness.js';
import { lungInterior } from '../dist/src/detection/lungInterior.js';
import { rimOf } from '../dist/src/detection/rim.js';
import { inRepository } from '../dist/src/paths.js';
import { findScans } from '../dist/src/volumes/findScans.js';
import { readVolume } from '../dist/src/volumes/readVolume.js';
import { worldToVoxel } from '../dist/src/volumes/voxels/geometry.js';

/** Each nodule counts as so many blobs that are none, over all blobs that lie in it. */
const NODULE_WEIGHT = 10;

const PROGRAM = `import json, sys, numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
a = np.array(json.load(sys.stdin))
x, y, w = a[:, :-2], a[:, -2], a[:, -1]
scaler = StandardScaler().fit(x)
model = LogisticRegression(C=1.0, max_iter=1000).fit(scaler.transform(x), y, sample_weight=w)
weights = model.coef_[0] / scaler.scale_
print(json.dumps([*weights, model.intercept_[0] - float(weights @ scaler.mean_)]))`;

const folder = resolve(process.argv[2] ?? 'data/fit');
const nodules = readAnnotations(join(folder, 'annotations.csv'));
const rows = [];
for (const scan of findScans(folder, 'all')) {
  const interior = lungInterior(await readVolume(scan));
  if (interior === undefined) continue;
  const own = nodules
    .filter(({ seriesUid }) => seriesUid === scan.uid)
    .map(({ centerWorldMm, diameterMm }) => ({
      center: worldToVoxel(interior.grid, centerWorldMm).map((at, axis) => at - interior.firstVoxel[axis]),
      radius: diameterMm / 2,
      rows: [],
    }));
  for (const blob of await blobsOf(interior, 2)) {
    const traits = isInLung(interior, blob) ? traitsOf(blob, rimOf(interior, blob)) : undefined;
    if (traits === undefined) continue;
    const nodule = own.find(
      ({ center: [x, y, z], radius }) => Math.hypot(blob.x - x, blob.y - y, blob.z - z) < radius,
    );
    const row = [...TRAITS.map((trait) => traits[trait]), nodule === undefined ? 0 : 1, 1];
    nodule?.rows.push(row);
    rows.push(row);
  }
  for (const nodule of own)
    for (const row of nodule.rows) row[row.length - 1] = NODULE_WEIGHT / nodule.rows.length;
  process.stderr.write(`${scan.uid}: ${rows.length} blobs so far\n`);
}
const run = spawnSync(inRepository('.venv', 'bin', 'python'), ['-c', PROGRAM], {
  input: JSON.stringify(rows),
  encoding: 'utf8',
  maxBuffer: 1e6,
});
if (run.status !== 0) throw new Error(`scikit-learn failed: ${run.stderr}`);
const fitted = JSON.parse(run.stdout);
console.log(Object.fromEntries([...TRAITS, 'OFFSET'].map((name, i) => [name, Number(fitted[i].toFixed(2))])));
