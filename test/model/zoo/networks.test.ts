import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { NETWORK_NAMES, type NetworkName } from '../../../src/config/networkNames.js';
import { UsageError } from '../../../src/errors.js';
import { isTrainable, sizeOf } from '../../../src/model/architecture.js';
import { networkOf, parametersOf, usualFilters } from '../../../src/model/zoo/networks.js';
import { inRepository } from '../../../src/paths.js';
import { createRandom } from '../../../src/random.js';
import { createLearner } from '../../../src/training/step/createLearner.js';
import { runPython } from '../../python.js';
import { zooWeights } from '../zooWeights.js';

interface KerasZoo {
  readonly count: number;
  readonly trainable: number;
  readonly arrays: number;
  readonly inference: readonly number[];
  readonly loss: number;
}

const PROGRAM = readFileSync(inRepository('test', 'fixtures', 'model', 'kerasZoo.py'), 'utf8');

test("parametersOf(): each network of the table has the counts of Keras' model of it, whole and trainable", () => {
  const questions = NETWORK_NAMES.map((name) => ({
    name,
    size: 32,
    filters: usualFilters(name),
    channels: 1,
  }));
  const answers = runPython<KerasZoo[]>(PROGRAM, questions);
  for (const [index, { name, filters }] of questions.entries()) {
    const parameters = parametersOf({ name, inputSize: [32, 32, 32], filters });
    const sum = (some: readonly { readonly shape: readonly number[] }[]): number =>
      some.reduce((all, parameter) => all + sizeOf(parameter), 0);
    const { count, trainable, arrays } = answers[index]!;
    assert.deepEqual(
      [sum(parameters), sum(parameters.filter(isTrainable)), parameters.length],
      [count, trainable, arrays],
      name,
    );
  }
});

const ROWS = 4;
const WINDOWS = [
  { low: -1000, high: 400 },
  { low: -160, high: 240 },
];

/** Rows of more and fewer bright voxels. */
function voxelsOf(edge: number): Int16Array {
  const random = createRandom('zoo');
  return Int16Array.from({ length: ROWS * edge ** 3 }, (_, i) => {
    const isBright = i % (2 + Math.floor(i / edge ** 3)) === 0;
    return Math.round(random.between(-1200, isBright ? 900 : -300));
  });
}

/** As Keras takes them: each voxel once a window. */
function inWindows(inputHu: Int16Array): Float32Array {
  const batch = new Float32Array(inputHu.length * WINDOWS.length);
  inputHu.forEach((hu, i) => {
    WINDOWS.forEach(({ low, high }, channel) => {
      batch[i * WINDOWS.length + channel] = (Math.min(high, Math.max(low, hu)) - low) / (high - low);
    });
  });
  return batch;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

test('each network of the table says of two windows what Keras says with the same weights, in use and in training', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-zoo-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const labels = Float32Array.from({ length: ROWS }, (_, i) => i % 2);
  const cases = NETWORK_NAMES.map((name) => {
    const edge = name === 'densenet3d-121' ? 32 : 16;
    const network = networkOf({ name, inputSize: [edge, edge, edge], filters: 4, channels: 2 });
    const weights = zooWeights(network);
    const inputHu = voxelsOf(edge);
    const files = { weights: join(folder, `${name}.weights`), batch: join(folder, `${name}.batch`) };
    writeFileSync(files.weights, Buffer.concat([...weights.values()].map(({ data }) => bytesOf(data))));
    writeFileSync(files.batch, bytesOf(inWindows(inputHu)));
    return {
      name,
      network,
      weights,
      inputHu,
      question: { name, size: edge, filters: 4, channels: 2, ...files },
    };
  });
  const answers = runPython<KerasZoo[]>(
    PROGRAM,
    cases.map(({ question, weights }) => ({
      ...question,
      ...{ names: [...weights.keys()], shapes: [...weights.values()].map(({ shape }) => shape) },
      labels: [...labels],
    })),
  );
  for (const [index, { name, network, weights, inputHu }] of cases.entries()) {
    const learner = await createLearner({
      ...{ network, windowHu: WINDOWS[0]!, moreWindows: WINDOWS.slice(1), batchSize: ROWS },
      ...{ learningRate: 1e-3, l2: 0, seed: 1 },
    });
    await learner.load(weights);
    const { inference, loss } = answers[index]!;
    const { probabilities } = await learner.predict(inputHu, ROWS);
    const step = await learner.step({ inputHu, labels, rows: new Uint32Array(ROWS) });
    learner.dispose();
    const difference = Math.max(...inference.map((p, i) => Math.abs(p - probabilities[i]!)));
    t.diagnostic(
      `${name}: ${probabilities} differ by ${difference}, the loss by ${Math.abs(step.loss / loss - 1)}`,
    );
    assert.ok(
      Math.max(...inference) - Math.min(...inference) > 1e-3,
      `${name}: rows that differ: ${inference}`,
    );
    assert.ok(difference < 1e-4, `${name}: ${difference}`);
    // Batch norm of four voxels divides rounding by small variances: measured up to 9.2e-5, and 5.7e-4 with other weights.
    assert.ok(Math.abs(step.loss / loss - 1) < 1e-3, `${name}: loss ${step.loss}, Keras ${loss}`);
  }
});

test('networkOf() refuses patches too small for the strides and says the smallest; any other size goes', () => {
  const sized = (name: NetworkName, ...inputSize: [number, number, number]) =>
    networkOf({ name, inputSize, filters: 4 });
  for (const [name, edge] of [
    ['densenet3d-121', 29],
    ['cnn3d', 16],
  ] as const) {
    sized(name, edge, edge, edge);
    assert.throws(
      () => sized(name, 40, edge - 1, 40),
      (error) => {
        assert.ok(error instanceof UsageError);
        assert.match(
          error.message,
          new RegExp(
            `${name}: expected patches of at least ${edge} voxels .* received 40 x ${edge - 1} x 40`,
          ),
        );
        return true;
      },
    );
  }
  for (const name of NETWORK_NAMES.filter((each) => each.startsWith('resnet')))
    assert.equal(sized(name, 5, 33, 17).layers!.at(-1)!.outputShape[0], 1);
});

test('a network cut into pieces holds each parameter in the piece of its name, and passes one result on', () => {
  for (const name of NETWORK_NAMES) {
    const { parameters, pieces, graph } = networkOf({
      name,
      inputSize: [32, 32, 32],
      filters: 4,
      dropout: 0.5,
    });
    const names = pieces.map((piece) => piece.name);
    assert.ok(
      parameters.every((parameter) => names.includes(parameter.name.split('/')[0]!)),
      name,
    );
    // Each node takes results of its own piece, or the last one of the piece before.
    const pieceOf = (node: string): string => node.split('/')[0]!;
    const lastOf = new Map(graph!.map((node) => [pieceOf(node.name), node.name]));
    for (const node of graph!)
      for (const input of node.inputs.filter((each) => pieceOf(each) !== pieceOf(node.name))) {
        const before = names[names.indexOf(pieceOf(node.name)) - 1];
        assert.equal(input, before === undefined ? 'input' : lastOf.get(before), `${name}: ${node.name}`);
      }
  }
});
