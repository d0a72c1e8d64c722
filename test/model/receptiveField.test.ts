import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Network, PieceInputs } from '../../src/model/network.js';
import { networkOfOwn } from '../../src/model/ownNetwork.js';
import { placesOfPiece } from '../../src/model/receptiveField.js';
import { networkOf } from '../../src/model/zoo/networks.js';
import { openEngine } from '../../src/tensorflow/engine.js';
import { type Tensor, tf } from '../../src/tensorflow/tf.js';
import { ballNetwork } from '../evaluation/ballRun.js';

before(() => {
  openEngine();
});

/**
 * Which voxels each voxel of the pieces' maps sees along z, found by TensorFlow itself: all weights are 1, the patch is 0 but for
 * one plane, and what is not 0 behind a piece has seen it.
 */
function seenPlanes(
  { pieces, inputSize, parameters }: Network,
  wanted: readonly string[],
): Map<string, number[][]> {
  const [depth, height, width] = inputSize;
  const weights = (name: string): Tensor =>
    tf.ones([...parameters.find((each) => each.name === name)!.shape]);
  const inputs: PieceInputs = {
    weights: (<T extends Tensor>(name: string) =>
      (name.endsWith('/bias') ? weights(name).mul(0) : weights(name)) as T) as PieceInputs['weights'],
    normalise: (_, x) => x,
  };
  const upTo = pieces.slice(0, pieces.findIndex(({ name }) => name === wanted.at(-1)) + 1);
  const seen = new Map(wanted.map((piece): [string, number[][]] => [piece, []]));
  for (let plane = 0; plane < depth; plane++)
    tf.tidy(() => {
      let h: Tensor = tf
        .oneHot(tf.tensor1d([plane], 'int32'), depth)
        .reshape([1, depth, 1, 1, 1])
        .tile([1, 1, height, width, 1])
        .cast('float32');
      for (const { name, run } of upTo) {
        // Brought back to 0 or 1 behind each piece, so that no number grows too large.
        h = run(inputs, h).greater(0).cast('float32');
        const planes = seen.get(name);
        if (planes === undefined) continue;
        for (const [i, hit] of h.max([0, 2, 3, 4]).dataSync().entries()) {
          planes[i] ??= [];
          if (hit > 0) planes[i].push(plane);
        }
      }
    });
  return seen;
}

const CASES: readonly (readonly [name: string, network: Network, pieces: readonly string[]])[] = [
  ...(
    [
      ['resnet3d-18', [160, 16, 16], ['stem', 's1b2', 's2b1', 's2b2']],
      ['resnet3d-18', [133, 16, 16], ['stem', 's1b2', 's2b1']],
      ['resnet3d-50-classic', [132, 16, 16], ['stem', 's1b3', 's2b1']],
      ['densenet3d-121', [112, 32, 32], ['stem', 'b1', 't1']],
      ['cnn3d', [80, 16, 16], ['c1', 'c2', 'c3', 'c4']],
    ] as const
  ).map(([name, inputSize, pieces]): (typeof CASES)[number] => [
    `${name} of ${inputSize[0]} slices`,
    networkOf({ name, inputSize, filters: 2 }),
    pieces,
  ]),
  ['a network of one’s own', networkOfOwn(ballNetwork, [40, 16, 16]), ['c1', 'c2']],
];

for (const [name, network, pieces] of CASES)
  test(`placesOfPiece() of ${name}: the middle of the planes that TensorFlow lets a voxel of the map see`, (t) => {
    for (const [piece, seen] of seenPlanes(network, pieces)) {
      const { first, step } = placesOfPiece(network, piece, [seen.length, 1, 1]);
      const [depth] = network.inputSize;
      const whole = [...seen.entries()].filter(([, planes]) => planes[0]! > 0 && planes.at(-1)! < depth - 1);
      assert.ok(whole.length > 1, `${piece}: ${whole.length} fields lie whole in the patch`);
      for (const [i, planes] of whole)
        assert.equal(first[0] + i * step[0], (planes[0]! + planes.at(-1)!) / 2, `${piece}, voxel ${i}`);
      t.diagnostic(`${piece}: ${first[0]} + ${step[0]} i, fields of ${whole[0]![1].length} voxels`);
    }
  });

test('placesOfPiece() of a network that is no graph: the middles of equal shares of the patch', () => {
  const network = networkOfOwn(
    {
      ...ballNetwork,
      pieces: ballNetwork.pieces.map((piece) =>
        piece.name === 'c2' ? { ...piece, run: (p, x) => piece.run(p, x).sigmoid() } : piece,
      ),
    },
    [24, 16, 16],
  );
  assert.deepEqual(placesOfPiece(network, 'c2', [12, 4, 16]), { first: [0.5, 1.5, 0], step: [2, 4, 1] });
});
