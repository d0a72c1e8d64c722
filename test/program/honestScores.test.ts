import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { evaluate } from '../../src/evaluation/evaluate.js';
import type { Evaluation } from '../../src/evaluation/evaluation.js';
import type { OwnNetwork } from '../../src/model/ownNetwork.js';
import { conv, convShapes, dense, denseShapes, normRelu, normShapes } from '../../src/model/pieceParts.js';
import { createRandom, type Random } from '../../src/random.js';
import { writePatchFile } from '../../src/store/writePatchFile.js';
import type { TrainConfig } from '../../src/training/run/trainConfig.js';
import { train } from '../../src/training/train.js';
import { allRecords, trainFixture } from '../training/trainFixture.js';

const DIM = 8;
const ROWS_OF_SCAN = 16;

/** Small, and able to tell by heart what it has seen: scores are honest, or not, of any network. */
const quickNetwork: OwnNetwork = {
  name: 'quick',
  parameters: {
    ...convShapes('see/conv', 3, 1, 4),
    ...normShapes('see/bn', 4),
    ...convShapes('octants/conv', 3, 4, 8),
    ...normShapes('octants/bn', 8),
    ...convShapes('all/conv', 3, 8, 32),
    ...normShapes('all/bn', 32),
    ...denseShapes('say/dense', 2 ** 3 * 32),
  },
  pieces: [
    { name: 'see', run: (p, x) => normRelu(p, 'see/bn', conv(p, 'see/conv', x, { stride: 2 })) },
    { name: 'octants', run: (p, x) => normRelu(p, 'octants/bn', conv(p, 'octants/conv', x, { stride: 2 })) },
    { name: 'all', run: (p, x) => normRelu(p, 'all/bn', conv(p, 'all/conv', x)) },
    { name: 'say', run: (p, x) => dense(p, 'say/dense', x.reshape([x.shape[0], -1])) },
  ],
};

interface Row {
  readonly scan: number;
  readonly subset: number;
  readonly nodule: boolean;
}

/** A file of these rows; a run on it holds subset 0 out, and subset 1 chooses. */
async function configOf(
  t: TestContext,
  rows: readonly Row[],
  voxelsOf: (row: Row, random: Random) => Int16Array,
  seed: number,
): Promise<TrainConfig> {
  const config = await trainFixture(t, undefined, [12]);
  const data = config.data.replace('16x16x16', 'other');
  const random = createRandom(`voxels ${seed}`);
  await writePatchFile(
    data,
    { dim: DIM, slices: DIM, spacingMm: [1, 1, 1], interpolation: 'linear' },
    { program: 'test', settings: {}, scans: {} },
    {
      classes: rows.map(({ nodule }) => (nodule ? 1 : 0)),
      notrain: rows.map(() => 0),
      notrainReason: rows.map(() => 0),
      centerWorldMm: rows.map((_, row) => [row, 0, 0]),
      seriesUid: rows.map(({ scan }) => `scan${scan}`),
      subsets: rows.map(({ subset }) => subset),
    },
    rows.map((row) => voxelsOf(row, random)),
  );
  const { augment: _, ...others } = config;
  return {
    ...others,
    augment: {},
    data,
    seed,
    holdout: 0,
    validation: 1,
    batchSize: 16,
    epochs: 3,
    threads: 1, // of so small a network a second one makes no step faster, and takes a fifth more computing
  };
}

async function heldOutScores(config: TrainConfig): Promise<Evaluation> {
  await allRecords(train(config, { network: quickNetwork }));
  return evaluate({ run: config.run, checkpoint: 'best', network: quickNetwork });
}

const noise = (random: Random): Int16Array =>
  Int16Array.from({ length: DIM ** 3 }, () => -850 + random.integer(400));

test('random labels: the held-out area is 0.5 on average, and 0.5 lies in its interval as often as it should', async (t) => {
  const areas: string[] = [];
  let sum = 0;
  let covered = 0;
  for (let seed = 0; seed < 16; seed++) {
    const labels = createRandom(`labels ${seed}`);
    const rows = Array.from({ length: 18 * ROWS_OF_SCAN }, (_, i) => {
      const scan = Math.floor(i / ROWS_OF_SCAN);
      return { scan, subset: scan % 3, nodule: labels.uniform() < 0.3 };
    });
    const { rocAuc, rocAucInterval } = await heldOutScores(
      await configOf(t, rows, (_, random) => noise(random), seed),
    );
    const [low, high] = rocAucInterval!;
    sum += rocAuc;
    if (low <= 0.5 && 0.5 <= high) covered++;
    areas.push(`${rocAuc.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`);
  }
  t.diagnostic(areas.join('; '));
  // Single areas spread by 0.08: three standard errors of the mean of 16. The part whose loss chose the network has 0.524.
  assert.ok(Math.abs(sum / 16 - 0.5) < 0.06, `${sum / 16}`);
  // At 95 % fewer than 13 of 16 happen once in 150 times; seen were 15.
  assert.ok(covered >= 13, `${covered} of 16: ${areas.join('; ')}`);
});

/** Each scan has a pattern of its own in its eight octants, and one class: who knows the scan knows the class. */
function fingerprinted(subsetOf: (scan: number, row: number) => number): {
  rows: Row[];
  voxelsOf: (row: Row, random: Random) => Int16Array;
} {
  const random = createRandom('fingerprints');
  const patterns = new Set<number>();
  while (patterns.size < 48) patterns.add(random.integer(256));
  const scans = Array.from(patterns, (pattern) => ({ pattern, nodule: random.uniform() < 0.5 }));
  const rows = scans.flatMap(({ nodule }, scan) =>
    Array.from({ length: ROWS_OF_SCAN }, (_, row) => ({ scan, nodule, subset: subsetOf(scan, row) })),
  );
  return {
    rows,
    voxelsOf: ({ scan }, drawn) =>
      Int16Array.from({ length: DIM ** 3 }, (_, i) => {
        const octant = ((i >> 2) & 1) | (((i >> 5) & 1) << 1) | (((i >> 8) & 1) << 2);
        return -850 + 500 * ((scans[scan]!.pattern >> octant) & 1) + drawn.integer(50);
      }),
  };
}

test('a class that only the scan tells is not learned: parts are made of whole scans', async (t) => {
  const scored = async (
    { rows, voxelsOf }: ReturnType<typeof fingerprinted>,
    allowSharedScans: boolean,
  ): Promise<Evaluation> => {
    const config = await configOf(t, rows, voxelsOf, 3);
    return heldOutScores({ ...config, epochs: 20, allowSharedScans });
  };
  const apart = await scored(
    fingerprinted((scan) => scan % 3),
    false,
  );
  // The control: the same voxels with each scan in all parts, which must be asked for, are told by heart.
  const shared = fingerprinted((_, row) => row % 3);
  await assert.rejects(scored(shared, false), /expected each scan in one subset, found 48 in several/);
  const leaked = await scored(shared, true);
  const [low, high] = apart.rocAucInterval!;
  t.diagnostic(
    `apart ${apart.rocAuc.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}], leaked ${leaked.rocAuc.toFixed(3)}`,
  );
  assert.ok(low <= 0.5 && 0.5 <= high && high < leaked.rocAuc, `${apart.rocAuc} [${low}, ${high}]`);
  assert.ok(leaked.rocAuc > 0.95, String(leaked.rocAuc));
  assert.deepEqual([apart.seenInTraining, leaked.seenInTraining], [false, true]);
});
