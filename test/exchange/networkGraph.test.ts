import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkGraph, samePadding } from '../../src/exchange/networkGraph.js';
import { VARIABLES, weightedLayers } from '../../src/exchange/weightedLayers.js';
import { parametersOf } from '../../src/model/architecture.js';

test('networkGraph(): its layers have all parameters of the network in order, and each node stands after its inputs', () => {
  const network = { inputSize: [24, 32, 17] as const, filters: 8 };
  const graph = networkGraph(network, { low: -1000, high: 400 });
  assert.deepEqual(
    weightedLayers(graph).flatMap(({ name, kind }) =>
      VARIABLES[kind].map((variable) => `${name}/${variable}`),
    ),
    parametersOf(network).map(({ name }) => name),
  );
  const seen = new Set<string>();
  for (const { name, inputs } of graph) {
    assert.ok(inputs.every((input) => seen.has(input)) && !seen.has(name), name);
    seen.add(name);
  }
  assert.equal(graph.filter(({ operation }) => operation.kind === 'add').length, 8);
});

test("samePadding() is TensorFlow's: the far side has the odd voxel, nothing where the kernel is smaller than the stride", () => {
  // By the definition of SAME in TensorFlow's documentation, worked out by hand.
  assert.deepEqual(samePadding([32, 16, 17, 1], 7, 2), { before: [2, 2, 3], after: [3, 3, 3] });
  assert.deepEqual(samePadding([16, 4, 1, 8], 3, 2), { before: [0, 0, 1], after: [1, 1, 1] });
  assert.deepEqual(samePadding([4, 5, 1, 8], 1, 2), { before: [0, 0, 0], after: [0, 0, 0] });
});
