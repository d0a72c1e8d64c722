import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../../src/errors.js';
import { networkOfOwn, type OwnNetwork } from '../../src/model/ownNetwork.js';
import {
  conv,
  convShapes,
  dense,
  denseShapes,
  meanOfMaps,
  normRelu,
  normShapes,
} from '../../src/model/pieceParts.js';
import { recordedNetwork } from '../../src/model/recordedGraph.js';
import { openEngine } from '../../src/tensorflow/engine.js';
import { type Tensor5D, tf } from '../../src/tensorflow/tf.js';

openEngine();

const tiny: OwnNetwork = {
  name: 'tiny',
  parameters: {
    ...convShapes('eye/conv', 3, 1, 4),
    ...normShapes('eye/bn', 4),
    ...denseShapes('say/dense', 4),
  },
  pieces: [
    { name: 'eye', run: (p, x) => normRelu(p, 'eye/bn', conv(p, 'eye/conv', x, { stride: 2 })) },
    { name: 'say', run: (p, x) => dense(p, 'say/dense', meanOfMaps(x)) },
  ],
};
const size = [8, 8, 8] as const;
const isUsage = (reason: RegExp) => (error: unknown) => {
  assert.ok(error instanceof UsageError, String(error));
  assert.match(error.message, reason);
  return true;
};

test('networkOfOwn() refuses names, parameters and pieces that are none, and says which', () => {
  assert.equal(networkOfOwn(tiny, size).parameters.length, 8);
  for (const [change, reason] of [
    [{ name: 'resnet3d-18' }, /"resnet3d-18": expected a name of its own/],
    [{ channels: 4 }, /"tiny": expected 1 to 3 channels, received 4/],
    [{ pieces: [] }, /expected pieces with a name each.*received none/],
    [{ pieces: [...tiny.pieces, tiny.pieces[0]!] }, /received eye, say, eye/],
    [
      { parameters: { 'eye/conv/weight': [1] } },
      /parameter eye\/conv\/weight: expected a name of piece, layer and kind/,
    ],
    [{ parameters: { 'nose/conv/kernel': [1] } }, /parameter nose\/conv\/kernel: .*pieces eye, say/],
    [{ parameters: { 'eye/conv/kernel': [3, 0] } }, /expected lengths of at least 1, received \[3, 0\]/],
    [
      { parameters: { 'eye/bn/gamma': [4], 'eye/bn/beta': [4] } },
      /batch norm with eye\/bn\/moving_mean, eye\/bn\/moving_variance/,
    ],
  ] as const)
    assert.throws(() => networkOfOwn({ ...tiny, ...change }, size), isUsage(reason));
});

/** tiny with another last piece. */
const saying = (run: OwnNetwork['pieces'][number]['run']): OwnNetwork => ({
  ...tiny,
  pieces: [tiny.pieces[0]!, { name: 'say', run }],
});

test('what a piece does wrong is told with network and piece when it runs', () => {
  for (const [own, reason] of [
    [
      saying((p, x) => dense(p, 'say/dens', meanOfMaps(x))),
      /piece "say": expected a parameter say\/dens\/kernel among its/,
    ],
    [
      saying((p, x) => meanOfMaps(x).mul(p.weights('eye/conv/bias'))),
      /piece "say": expected parameters of its own, received eye\/conv\/bias/,
    ],
    [saying((p, x) => x.add(p.weights('eye/bn/moving_mean'))), /expected parameters of its own/],
    [saying((p, x) => dense(p, 'say/dense', x.reshape([3, -1]))), /network "tiny", piece "say": .*512.*3/],
    [
      saying((_, x) => x),
      /piece "say": expected a logit for each row, \[2\] or \[2, 1\], received \[2, 4, 4, 4, 4\]/,
    ],
    [
      saying((_, x) => meanOfMaps(x).sum(1)),
      /expected pieces that use all parameters, .*say\/dense\/kernel, say\/dense\/bias/,
    ],
  ] as const)
    assert.throws(() => recordedNetwork(networkOfOwn(own, size)), isUsage(reason));
});

test('recordedNetwork(): equal pieces have one digest; another stride, constant or dropout another', () => {
  const digest = (own: OwnNetwork): string => recordedNetwork(networkOfOwn(own, size)).digest;
  const copy: OwnNetwork = {
    ...tiny,
    pieces: tiny.pieces.map(({ name, run }) => ({ name, run: (p, x) => run(p, x) })),
  };
  assert.equal(digest(copy), digest(tiny));
  const others = [
    digest({
      ...tiny,
      pieces: [
        { name: 'eye', run: (p, x) => normRelu(p, 'eye/bn', conv(p, 'eye/conv', x)) },
        tiny.pieces[1]!,
      ],
    }),
    digest(saying((p, x) => dense(p, 'say/dense', meanOfMaps(x).mul(2)))),
    digest(saying((p, x) => dense(p, 'say/dense', meanOfMaps(x).mul(3)))),
    digest(saying((p, x) => dense(p, 'say/dense', p.dropout!('a', meanOfMaps(x), 0.5)))),
    digest(saying((p, x) => dense(p, 'say/dense', p.dropout!('a', meanOfMaps(x), 0.2)))),
  ];
  assert.equal(new Set([digest(tiny), ...others]).size, 6);
});

test('recordedNetwork() reads the graph of its operations; the first that no export has is named with its piece', () => {
  const graphOf = (own: OwnNetwork) => recordedNetwork(networkOfOwn(own, size));
  const names = graphOf(tiny).graph!.map(({ name, operation }) => `${name} ${operation.kind}`);
  assert.deepEqual(names, [
    'eye/conv conv',
    'eye/bn batchNorm',
    'eye/relu2 relu',
    'say/mean3 meanPool',
    'say/dense dense',
  ]);
  const maps = (x: Tensor5D) => tf.maxPool3d(x, 2, 2, 'valid');
  for (const [own, reason] of [
    [saying((p, x) => dense(p, 'say/dense', meanOfMaps(x).tanh())), /^piece "say" does Tanh$/],
    [saying((p, x) => dense(p, 'say/dense', meanOfMaps(x).mul(2))), /^piece "say" does Mul$/],
    [saying((p, x) => dense(p, 'say/dense', x.max([1, 2, 3]))), /^piece "say" does Max$/],
    [saying((p, x) => dense(p, 'say/dense', meanOfMaps(x)).relu()), /^piece "say" does relu at the end/],
    [saying((p, x) => dense(p, 'say/dense', meanOfMaps(x.add(1)))), /^piece "say" does Add of a constant/],
    [
      saying((p, x) => dense(p, 'say/dense', x.mean([1, 2]).mean(1))),
      /^piece "say" does Mean over other axes/,
    ],
    [
      saying((p, x) => dense(p, 'say/dense', meanOfMaps(tf.avgPool3d(x as Tensor5D, 2, 2, 'same')))),
      /does AvgPool3D with padding/,
    ],
  ] as const) {
    const { graph, whyNoGraph } = graphOf(own);
    assert.equal(graph, undefined);
    assert.match(whyNoGraph!, reason);
  }
  assert.ok(
    graphOf(saying((p, x) => dense(p, 'say/dense', meanOfMaps(maps(x as Tensor5D))))).graph !== undefined,
  );
});
