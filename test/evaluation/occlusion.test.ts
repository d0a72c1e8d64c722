import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { InterruptedError, UsageError } from '../../src/errors.js';
import type { ExplainOptions, Explanation } from '../../src/evaluation/explain.js';
import { boxStarts, coveringOf } from '../../src/evaluation/occlusion.js';
import { openPredictor, type Predictor } from '../../src/evaluation/predictor.js';
import { openEngine } from '../../src/tensorflow/engine.js';
import { volumeOfPatch } from '../../src/widgets/viewedPatch.js';
import { BALL_RADIUS, ballNetwork, ballPatch, ballRun, distance, EDGE } from './ballRun.js';

const cleanUps: (() => void)[] = [];
after(() => {
  for (const cleanUp of cleanUps.reverse()) cleanUp();
});

let predictor: Predictor;
before(async () => {
  const run = await ballRun({ after: (cleanUp) => cleanUps.push(cleanUp) });
  predictor = await openPredictor(run, 'best', ballNetwork);
  cleanUps.push(() => predictor.close());
});

const GRAD_CAM = { method: 'grad-cam' } as const;
/** 1,331 boxes. */
const OCCLUSION = { method: 'occlusion', boxVoxels: 4 } as const;
const PATCHES = 12;

// What tells these patches from others lies in the ball, and the network's field of 7 voxels is as large as the ball: so all peaks must lie in it.
for (const options of [GRAD_CAM, OCCLUSION])
  test(`explain() by ${options.method}: the peak lies in the planted ball, away from the middle and from rods as bright, in ${PATCHES} of ${PATCHES} patches`, async (t) => {
    const off: number[] = [];
    for (let i = 0; i < PATCHES; i++) {
      const { patchHu, ball } = ballPatch(`shown ${i}`, true);
      const { map, peakVoxel } = await predictor.explain(patchHu, options);
      off.push(distance(peakVoxel!, ball!));
      const [x, y, z] = peakVoxel!;
      assert.ok(map.data[(z * EDGE + y) * EDGE + x]! > 0.99);
    }
    t.diagnostic(`voxels from the ball's middle: ${off.map((value) => value.toFixed(1)).join(', ')}`);
    assert.deepEqual(
      off.filter((value) => value >= BALL_RADIUS),
      [],
    );
  });

test('explain(): maps from 0 to 1 on the grid that the viewer gives the patch; the probability is predict()’s; the same bits again; no tensor is left', async () => {
  const { patchHu } = ballPatch('again', true);
  const direction = [0, -1, 0, 1, 0, 0, 0, 0, 1] as const;
  const both = (): Promise<Explanation[]> =>
    Promise.all(
      [GRAD_CAM, { ...OCCLUSION, strideVoxels: 4 }].map((options: ExplainOptions) =>
        predictor.explain(patchHu, { ...options, direction }),
      ),
    );
  const first = await both();
  const { binding } = openEngine();
  const tensors = binding.getNumOfTensors();
  assert.deepEqual(await both(), first);
  assert.equal(binding.getNumOfTensors(), tensors);
  const { data: _, ...grid } = volumeOfPatch({ dataHu: patchHu, format: predictor.format, direction });
  for (const { map, strongest, networkProbability, probability } of first) {
    const { data, ...own } = map;
    assert.deepEqual(own, grid);
    assert.ok(data.every((value) => value >= 0 && value <= 1) && data.includes(1) && strongest > 0);
    assert.ok(Math.abs(networkProbability - first[1]!.networkProbability) < 1e-6);
    // Half of the patches have a ball, of the data as of the batches.
    assert.ok(Math.abs(probability - networkProbability) < 1e-6);
  }
});

test('explain(): refuses what does not fit, says how far it is and ends when it is told to', async () => {
  const { patchHu } = ballPatch('refused', true);
  await assert.rejects(
    predictor.explain(patchHu.subarray(1), GRAD_CAM),
    /Expected a patch of 24 x 24 x 24 = 13824 voxels, received 13823/,
  );
  for (const [piece, reason] of [
    ['say', /balls: expected a piece that gives a map \(c1, c2\), received "say"/],
    ['c9', /received "c9"/],
  ] as const)
    await assert.rejects(predictor.explain(patchHu, { ...GRAD_CAM, piece }), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, reason);
      return true;
    });
  // It goes on after a refusal.
  assert.match(
    (await predictor.explain(patchHu, GRAD_CAM)).how,
    /piece c2, whose map has 12 x 12 x 12 voxels/,
  );
  const stages: string[] = [];
  const controller = new AbortController();
  await assert.rejects(
    predictor.explain(patchHu, {
      ...OCCLUSION,
      signal: controller.signal,
      onProgress: ({ stage, done, total, unit }) => {
        stages.push(`${stage} ${done}/${total} ${unit}`);
        if (done >= 32) controller.abort();
      },
    }),
    InterruptedError,
  );
  assert.deepEqual(stages, ['explain 16/1331 patches', 'explain 32/1331 patches']);
});

test('coveringOf(): an eighth of the patch, half of it as stride, air; boxes reach the last voxel', () => {
  const shape = { dim: 32, slices: 32 };
  assert.deepEqual(coveringOf(shape, { method: 'occlusion' }), {
    ...{ boxVoxels: 4, strideVoxels: 2, valueHu: -1000 },
  });
  assert.equal(coveringOf({ dim: 32, slices: 3 }, { method: 'occlusion' }).boxVoxels, 3);
  assert.equal(coveringOf({ dim: 3, slices: 3 }, { method: 'occlusion' }).boxVoxels, 1);
  for (const [wrong, reason] of [
    [{ boxVoxels: 33 }, /an edge of the box in whole voxels from 1 to 32, received 33/],
    [{ boxVoxels: 0 }, /from 1 to 32, received 0/],
    [{ boxVoxels: 4, strideVoxels: 5 }, /from 1 to 4, received 5/],
    [{ strideVoxels: 1.5 }, /received 1\.5/],
    [{ valueHu: 40_000 }, /whole HU from -32768 to 32767, received 40000/],
  ] as const)
    assert.throws(() => coveringOf(shape, { method: 'occlusion', ...wrong }), reason);
  const starts = (boxVoxels: number, strideVoxels: number): number[] =>
    boxStarts(16, { boxVoxels, strideVoxels, valueHu: 0 });
  assert.deepEqual(starts(4, 4), [0, 4, 8, 12]);
  assert.deepEqual(starts(5, 3), [0, 3, 6, 9, 11]);
  assert.deepEqual(starts(16, 8), [0]);
});
