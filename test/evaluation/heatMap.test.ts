import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { InputError, InterruptedError } from '../../src/errors.js';
import { openPredictor, type Predictor } from '../../src/evaluation/predictor.js';
import { lungMask } from '../../src/lungs/lungMask.js';
import { maskAt } from '../../src/patches/maskCutter.js';
import { createRandom } from '../../src/random.js';
import { writeNrrd } from '../../src/volumes/nrrd/nrrdWriter.js';
import { voxelToWorld } from '../../src/volumes/voxels/geometry.js';
import type { Vector3, Volume } from '../../src/volumes/voxels/volume.js';
import { chestPhantom } from '../detection/chestPhantom.js';
import { runPython } from '../python.js';
import { trainedOnChests } from './chestRun.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-heat-map-'));
const cleanUps: (() => void)[] = [() => rmSync(folder, { recursive: true })];
after(() => {
  for (const cleanUp of cleanUps.reverse()) cleanUp();
});

let predictor: Predictor;
before(async () => {
  const { run } = await trainedOnChests({ after: (cleanUp) => cleanUps.push(cleanUp) });
  predictor = await openPredictor(run);
  cleanUps.push(() => predictor.close());
});

/** Turned by 90 degrees and flipped, anisotropic. */
const turned: Volume = chestPhantom({
  balls: [{ centerWorldMm: [-60, 10, 5], diameterMm: 12, hu: 20 }],
  spacingMm: [1.3, 1.1, 2],
  direction: [-1, 0, 0, 0, 1, 0, 0, 0, -1],
  noiseHu: 20,
});

function placeOf({ size }: Volume, index: number): Vector3 {
  return [index % size[0], Math.floor(index / size[0]) % size[1], Math.floor(index / (size[0] * size[1]))];
}

test("heatMap(): each value in the lungs is predict()'s of a candidate there, outside they are 0; SimpleITK finds them at the same place", async () => {
  const stages: string[] = [];
  const { volume, windows } = await predictor.heatMap(turned, 'scan.mhd', {
    spacingMm: 8,
    onProgress: ({ stage, done, total }) => stages.push(`${stage} ${done}/${total}`),
  });
  assert.deepEqual([...volume.spacingMm], [8, 8, 8]);
  assert.equal(stages.at(-1), `heat map ${windows}/${windows}`);
  assert.ok(windows > 1000 && windows === volume.data.filter((value) => value > 0).length);
  const random = createRandom('places');
  const inLungs = random
    .shuffle([...volume.data.keys()].filter((index) => volume.data[index]! > 0))
    .slice(0, 50);
  const candidates = inLungs.map((index) => ({
    centerWorldMm: voxelToWorld(volume, placeOf(volume, index)),
  }));
  const expected = new Map<string, number>();
  // One by one: near ones would be doubles of each other.
  for (const candidate of candidates) {
    const { marks } = await predictor.predict(turned, 'scan.mhd', { candidates: [candidate] });
    expected.set(candidate.centerWorldMm.join(), marks[0]!.probability);
  }
  for (const [i, index] of inLungs.entries())
    assert.equal(
      volume.data[index],
      // The map is float32: that rounding is the whole tolerance.
      Math.fround(expected.get(candidates[i]!.centerWorldMm.join())!),
      `${candidates[i]!.centerWorldMm}`,
    );
  const mask = lungMask(turned, { marginMm: 0 });
  const wrong = [...volume.data.keys()].filter((index) => {
    const world = voxelToWorld(volume, placeOf(volume, index));
    return volume.data[index]! > 0 !== (maskAt(mask, turned, world) === 1);
  });
  // The map's lungs are those of the 1 mm grid: they differ from the scan's own in voxels of their surface.
  assert.ok(wrong.length < windows / 50, `${wrong.length} of ${windows}`);

  const path = join(folder, 'map.nrrd');
  writeNrrd(path, volume);
  const found = runPython<number[]>(
    `import json,sys,SimpleITK as sitk
path,worlds=json.load(sys.stdin)
image=sitk.ReadImage(path)
print(json.dumps([image[image.TransformPhysicalPointToIndex(world)] for world in worlds]))`,
    [path, candidates.map(({ centerWorldMm }) => centerWorldMm)],
  );
  assert.deepEqual(
    found,
    inLungs.map((index) => volume.data[index]),
  );
});

test('heatMap() of a network that sees the middle of its patches is predict() there, too', async (t) => {
  const { run } = await trainedOnChests(t, { crop: 13 });
  const cropped = await openPredictor(run);
  t.after(() => cropped.close());
  const { volume } = await cropped.heatMap(turned, 'scan.mhd', { spacingMm: 16 });
  const some = [...volume.data.keys()].filter((index) => volume.data[index]! > 0).slice(20, 30);
  assert.equal(some.length, 10);
  for (const index of some) {
    const candidates = [{ centerWorldMm: voxelToWorld(volume, placeOf(volume, index)) }];
    const { marks } = await cropped.predict(turned, 'scan.mhd', { candidates });
    assert.equal(volume.data[index], Math.fround(marks[0]!.probability));
  }
});

test('heatMap() goes along with 2,000 slices; a scan of two, an MR, one without lungs are refused, as predict() refuses them', async () => {
  const long = chestPhantom({ spacingMm: [3, 3, 0.07] });
  assert.equal(long.size[2], 2000);
  const { windows, volume } = await predictor.heatMap(long, 'long.mhd', { spacingMm: 16 });
  assert.ok(windows > 100 && volume.size[2] === 9);
  const prediction = await predictor.predict(long, 'long.mhd', { most: 5 });
  assert.equal(prediction.outside, 0);
  const [width, height] = turned.size;
  const two: Volume = { ...turned, size: [width, height, 2], data: turned.data.slice(0, 2 * width * height) };
  const mr: Volume = { ...turned, data: Uint16Array.from(turned.data, (hu) => Math.max(0, hu + 1100)) };
  const empty: Volume = { ...turned, data: new Int16Array(turned.data.length).fill(-1000) };
  for (const [name, volume] of Object.entries({ two, mr, empty }))
    for (const work of [predictor.heatMap(volume, 'scan.mhd'), predictor.predict(volume, 'scan.mhd')])
      await assert.rejects(
        work,
        (error) => error instanceof InputError && /scan\.mhd: no lungs were found/.test(error.message),
        name,
      );
  await assert.rejects(
    predictor.heatMap({ ...turned, spacingMm: [1, 1, 6] }, 'thick.mhd'),
    /thick\.mhd: expected slices of at most 5 mm, received 6 mm/,
  );
});

test('heatMap() ends when it is told to, and refuses a spacing that is none', async () => {
  const controller = new AbortController();
  await assert.rejects(
    predictor.heatMap(turned, 'scan.mhd', {
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done > 0) controller.abort();
      },
    }),
    InterruptedError,
  );
  for (const spacingMm of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
    await assert.rejects(predictor.heatMap(turned, 'scan.mhd', { spacingMm }), RangeError);
});
