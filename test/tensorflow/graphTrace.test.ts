import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { networkOf } from '../../src/model/zoo/networks.js';
import { attribute } from '../../src/tensorflow/attributes.js';
import type { Address } from '../../src/tensorflow/capi.js';
import { FLOAT32 } from '../../src/tensorflow/dataTypes.js';
import { openEngine } from '../../src/tensorflow/engine.js';
import { GraphTrace } from '../../src/tensorflow/graphTrace.js';
import { capi } from '../../src/tensorflow/library.js';
import { traceFunction } from '../../src/tensorflow/tracedFunction.js';
import { withDefaults } from '../../src/training/step/learnerOptions.js';
import { type ProgramOptions, variablesOf } from '../../src/training/step/programOptions.js';
import { traceStep } from '../../src/training/step/tracedStep.js';

const engine = openEngine({ cpuDevices: 4, threads: 1 });
const { context, binding } = engine;
const [host, second, third] = context.devices.map(({ name }) => name) as [string, string, string];

test('marker(): of each further device one node is waited for, after all of them there', (t) => {
  const graph = watched(t);
  const trace = new GraphTrace();
  const onDevice = (device: string) => {
    trace.device = device;
    return trace.constant({ shape: [], dtype: FLOAT32 }, Float32Array.of(1)).output.oper;
  };
  const nodes = [host, second, second, third].map(onDevice);
  const { oper } = trace.marker('Timestamp', nodes, host);
  const waits = graph.waits.get(oper)!;
  assert.deepEqual(waits.map((node) => graph.types.get(node)).toSorted(), ['Const', 'Const', 'NoOp']);
  const gathered = waits.find((node) => graph.types.get(node) === 'NoOp')!;
  assert.equal(graph.devices.get(gathered), second);
  assert.deepEqual(graph.waits.get(gathered), nodes.slice(1, 3));
  trace.dispose();
});

test('traceFunction(): results of any device lie in the memory of the host', () => {
  const doubled = traceFunction(engine, 'doubled', [{ shape: [2], dtype: FLOAT32 }], ([x]) => {
    binding.trace.device = second;
    return binding.executeOp('AddV2', [attribute.type('T', FLOAT32)], [x!.id, x!.id], 1);
  });
  const x = binding.createTensor([2], FLOAT32, Float32Array.of(1, 2));
  const [y] = doubled.runSync([x]);
  const status = capi().TF_NewStatus();
  assert.equal(capi().TFE_TensorHandleDeviceName(binding.handleOf(y!.id), status), host);
  assert.deepEqual(binding.tensorDataSync(y!.id), Float32Array.of(2, 4));
  capi().TF_DeleteStatus(status);
  for (const id of [x, y!.id]) binding.deleteTensor(id);
  doubled.dispose();
});

test('traceStep(): the clock is read on the host, as no GPU can; few edges between devices are for order alone', (t) => {
  const network = networkOf({ name: 'cnn3d', inputSize: [16, 16, 16], filters: 2 });
  const given = { network, batchSize: 4, learningRate: 1e-3, l2: 1e-4, seed: 16 };
  const options: ProgramOptions = {
    ...withDefaults({ ...given, windowHu: { low: -1000, high: 400 } }, 'float32'),
    network,
    precision: 'float32',
    firstGroupKey: 900_000,
    placement: {
      devices: [
        [second, third],
        [third, second],
      ],
      cuts: ['c2'],
      microBatches: 1,
      schedule: '1f1b',
    },
    ranks: { size: 1, timeoutSeconds: 60, exchange: 'float32' },
  };
  const graph = watched(t);
  const { program, items } = traceStep(engine, options, true);
  program.dispose();
  const clocks = [...graph.types].filter(([, type]) => type === 'Timestamp');
  assert.equal(clocks.length, 4 + 2 * items.length);
  for (const [node] of clocks) assert.equal(graph.devices.get(node), host);
  const crossing = [...graph.waits].flatMap(([node, waits]) =>
    waits.filter((earlier) => graph.devices.get(earlier) !== graph.devices.get(node)),
  );
  const variables = 2 * variablesOf(options).length;
  assert.ok(crossing.length < variables, `${crossing.length} edges, ${variables} variables`);
});

interface WatchedGraph {
  readonly types: Map<Address, string>;
  readonly devices: Map<Address, string>;
  /** Nodes that a node waits for without taking their results. */
  readonly waits: Map<Address, Address[]>;
}

/** Notes what is asked of TensorFlow's graphs from now on. */
function watched(t: TestContext): WatchedGraph {
  const graph: WatchedGraph = { types: new Map(), devices: new Map(), waits: new Map() };
  const api = capi();
  const begun = new Map<Address, { type: string; device?: string; waits: Address[] }>();
  const { TF_NewOperation, TF_SetDevice, TF_AddControlInput, TF_FinishOperation } = api;
  t.mock.method(api, 'TF_NewOperation', (of: Address, type: string, name: string) => {
    const node = TF_NewOperation(of, type, name);
    begun.set(node, { type, waits: [] });
    return node;
  });
  t.mock.method(api, 'TF_SetDevice', (node: Address, device: string) => {
    begun.get(node)!.device = device;
    TF_SetDevice(node, device);
  });
  t.mock.method(api, 'TF_AddControlInput', (node: Address, earlier: Address) => {
    begun.get(node)!.waits.push(earlier);
    TF_AddControlInput(node, earlier);
  });
  t.mock.method(api, 'TF_FinishOperation', (node: Address, status: Address) => {
    const { type, device, waits } = begun.get(node)!;
    const oper = TF_FinishOperation(node, status);
    graph.types.set(oper, type);
    graph.waits.set(oper, waits);
    if (device !== undefined) graph.devices.set(oper, device);
    return oper;
  });
  return graph;
}
