import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ExplainOptions } from '../../src/evaluation/explain.js';
import { openPredictor, type Predictor } from '../../src/evaluation/predictor.js';
import { exportNetwork } from '../../src/exchange/exportNetwork.js';
import { kerasName } from '../../src/exchange/kerasConfig.js';
import { portableNetwork } from '../../src/exchange/portableNetwork.js';
import { pieceOf } from '../../src/model/network.js';
import type { OwnNetwork } from '../../src/model/ownNetwork.js';
import { openPatchFile } from '../../src/store/patchFile.js';
import type { TrainConfig } from '../../src/training/run/trainConfig.js';
import { train } from '../../src/training/train.js';
import { largestDifference } from '../exchange/exchangeRun.js';
import { runPython } from '../python.js';
import { allRecords, trainFixture } from '../training/trainFixture.js';
import { ballNetwork } from './ballRun.js';

const EDGE = 16;
const ROWS = [0, 5, 8];

/** Grad-CAM by Keras' GradientTape on the exported network, and occlusion by a plain loop over its predictions; both before they are scaled. */
const REFERENCE = `import json, sys, numpy as np, tensorflow as tf, keras
from scipy.interpolate import RegularGridInterpolator
jobs = json.load(sys.stdin)

def on_patch(cam, first, step, edge):
    axes = [f + s * np.arange(-1, n + 1) for f, s, n in zip(first, step, cam.shape)]
    at = np.stack(np.meshgrid(*[np.arange(edge)] * 3, indexing='ij'), -1)
    return RegularGridInterpolator(axes, np.pad(cam, 1), bounds_error=False, fill_value=0)(at)

def grad_cam(model, hu, layer, logit, places):
    inner = keras.Model(model.input, [model.get_layer(layer).output, model.get_layer(logit).output])
    with tf.GradientTape() as tape:
        maps, answer = inner(hu, training=False)
    weights = tf.reduce_mean(tape.gradient(answer, maps), (1, 2, 3), keepdims=True)
    cam = tf.nn.relu(tf.reduce_sum(maps * weights, -1))[0].numpy().astype(np.float64)
    return on_patch(cam, places['first'], places['step'], hu.shape[1])

def occlusion(model, hu, box, stride, value):
    edge = hu.shape[1]
    starts = list(range(0, edge - box, stride)) + [edge - box]
    boxes = [(slice(z, z + box), slice(y, y + box), slice(x, x + box)) for z in starts for y in starts for x in starts]
    covered = np.repeat(hu, len(boxes), 0)
    for row, where in enumerate(boxes):
        covered[row][where] = value
    plain = model.predict(hu, verbose=0)[0, 0]
    answers = model.predict(covered, batch_size=64, verbose=0)[:, 0]
    sums, counts = np.zeros((edge,) * 3), np.zeros((edge,) * 3)
    for where, answer in zip(boxes, answers):
        sums[where] += float(plain) - float(answer)
        counts[where] += 1
    return np.maximum(sums / counts, 0)

answers = []
for job in jobs:
    model = keras.models.load_model(job['file'])
    for patch in job['patches']:
        hu = np.array(patch, np.float32).reshape(1, job['edge'], job['edge'], job['edge'], 1)
        maps = [grad_cam(model, hu, at['layer'], job['logit'], at['places']) for at in job['cams']]
        maps += [occlusion(model, hu, *covering) for covering in job['occlusions']]
        answers.append({'probability': float(model.predict(hu, verbose=0)[0, 0]),
          'maps': [{'strongest': float(m.max()), 'map': (m / max(m.max(), 1e-30)).ravel().tolist()} for m in maps]})
print(json.dumps(answers))`;

interface Reference {
  readonly probability: number;
  readonly maps: readonly { readonly strongest: number; readonly map: readonly number[] }[];
}

const cleanUps: (() => void)[] = [];
after(() => {
  for (const cleanUp of cleanUps.reverse()) cleanUp();
});

interface Job {
  readonly name: string;
  readonly predictor: Predictor;
  readonly own: OwnNetwork | undefined;
  readonly config: TrainConfig;
  readonly pieces: readonly string[];
}

const jobs: Job[] = [];
const patches: Int16Array[] = [];

before(async () => {
  const fixture = await trainFixture({ after: (cleanUp) => cleanUps.push(cleanUp) });
  for (const [name, pieces, own] of [
    ['resnet3d-18', ['stem', 's1b2', 's2b2']],
    ['cnn3d', ['c1', 'c3']],
    ['balls', ['c1', 'c2'], ballNetwork],
  ] as const) {
    // Averaged weights: batch norm's averages and weights in use differ from those that were trained.
    const config = {
      ...fixture,
      ...{ run: `${fixture.run}-${name}`, network: name, emaDecay: 0.9 },
    };
    await allRecords(train(config, own === undefined ? {} : { network: own }));
    const predictor = await openPredictor(config.run, 'best', own);
    cleanUps.push(() => predictor.close());
    jobs.push({ name, predictor, own, config, pieces });
  }
  const file = await openPatchFile(fixture.data);
  for (const row of ROWS) {
    const patchHu = new Int16Array(file.voxelsPerRow);
    await file.readRows([row], patchHu);
    patches.push(patchHu);
  }
  file.close();
});

/** Counted by hand: where voxels of these maps look; receptiveField.test.ts finds the same by impulses. */
const PLACES: Readonly<
  Record<string, { readonly first: readonly number[]; readonly step: readonly number[] }>
> = {
  ...along('resnet3d-18 stem', 3, 4),
  ...along('resnet3d-18 s1b2', 3, 4),
  ...along('resnet3d-18 s2b2', 7, 8),
  ...along('cnn3d c1', 0.5, 2),
  ...along('cnn3d c3', 3.5, 8),
  ...along('balls c1', 1, 2),
  ...along('balls c2', 1, 2),
};

function along(name: string, first: number, step: number) {
  return { [name]: { first: [first, first, first], step: [step, step, step] } };
}

/** The layer of Keras that ends a piece, and that gives the logit. */
async function layersOf({ config, own }: Job): Promise<{ endOf: (piece: string) => string; logit: string }> {
  const { network } = await portableNetwork(config.run, 'best', own);
  const nodes = network.graph!;
  return {
    endOf: (piece) => kerasName(nodes.filter(({ name }) => pieceOf(name) === piece).at(-1)!.name),
    logit: kerasName(nodes.at(-1)!.name),
  };
}

const OCCLUSIONS: readonly (readonly [box: number, stride: number, valueHu: number])[] = [
  [4, 4, -1000],
  // The last box is nearer to the one before it than the stride says.
  [5, 3, -200],
];

test('explain(): maps and probabilities equal those of Keras by GradientTape and by a plain loop of occlusions, to 1e-5', async (t) => {
  const asked = await Promise.all(
    jobs.map(async (job) => {
      const { endOf, logit } = await layersOf(job);
      const out = `${job.config.run}/network.keras`;
      await exportNetwork({ run: job.config.run, to: 'keras', checkpoint: 'best', out, network: job.own });
      return {
        ...{ file: out, edge: EDGE, logit, occlusions: OCCLUSIONS },
        patches: patches.map((patch) => [...patch]),
        cams: job.pieces.map((piece) => ({ layer: endOf(piece), places: PLACES[`${job.name} ${piece}`]! })),
      };
    }),
  );
  const expected = runPython<Reference[]>(REFERENCE, asked);
  let [worst, empty] = [0, 0];
  for (const [at, { name, predictor, pieces }] of jobs.entries())
    for (const [row, patchHu] of patches.entries()) {
      const reference = expected[at * patches.length + row]!;
      const ways: ExplainOptions[] = [
        ...pieces.map((piece): ExplainOptions => ({ method: 'grad-cam', piece })),
        ...OCCLUSIONS.map(
          ([boxVoxels, strideVoxels, valueHu]): ExplainOptions => ({
            ...{ method: 'occlusion', boxVoxels, strideVoxels, valueHu },
          }),
        ),
      ];
      for (const [way, options] of ways.entries()) {
        const { map, strongest, networkProbability, how } = await predictor.explain(patchHu, options);
        const { strongest: expectedStrongest, map: values } = reference.maps[way]!;
        const where = `${name}, row ${ROWS[row]}, ${how}`;
        assert.ok(Math.abs(networkProbability - reference.probability) < 1e-5, where);
        assert.ok(Math.abs(strongest - expectedStrongest) < 1e-5 * Math.max(1, expectedStrongest), where);
        if (expectedStrongest === 0) empty++;
        // Where next to nothing is found, its largest value is rounding.
        if (expectedStrongest < 1e-3) continue;
        const difference = largestDifference(map.data, values);
        // Probabilities agree to 1e-6 or so: a map of small drops, scaled to 1, as many times less.
        const unscaled = difference * Math.min(1, expectedStrongest);
        worst = Math.max(worst, unscaled);
        assert.ok(unscaled < 1e-5, `${where}: ${difference} of ${expectedStrongest}`);
      }
    }
  t.diagnostic(`largest difference ${worst}; ${empty} empty maps`);
});

test('explain() of a network that sees the middle of its patches: 0 where it does not see', async (t) => {
  const fixture = await trainFixture(t);
  const config = { ...fixture, network: 'balls', crop: 12 };
  await allRecords(train(config, { network: ballNetwork }));
  const predictor = await openPredictor(config.run, 'best', ballNetwork);
  t.after(() => predictor.close());
  for (const options of [{ method: 'grad-cam' }, { method: 'occlusion' }] as const) {
    const { map, strongest } = await predictor.explain(patches[0]!, options);
    assert.ok(strongest > 0);
    const seen = (i: number): boolean =>
      [i % EDGE, Math.floor(i / EDGE) % EDGE, Math.floor(i / EDGE ** 2)].every((n) => n >= 2 && n < 14);
    assert.deepEqual([...map.size], [EDGE, EDGE, EDGE]);
    assert.ok([...map.data.keys()].every((i) => seen(i) || map.data[i] === 0));
    assert.ok([...map.data.keys()].some((i) => map.data[i] === 1));
  }
});
