import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sizeOf } from '../../../src/model/architecture.js';
import { networkOf } from '../../../src/model/zoo/networks.js';
import { withDefaults } from '../../../src/training/step/learnerOptions.js';
import { deviceOfMean } from '../../../src/training/step/meanGradients.js';
import { type ProgramOptions, stageOfParameters } from '../../../src/training/step/programOptions.js';

const network = networkOf({ name: 'resnet3d-18', inputSize: [32, 32, 32], filters: 8 });

/** Names of devices are replica and stage: `1.0`. */
function optionsOf(replicas: number, cuts: readonly string[], ranks = 1): ProgramOptions {
  const stages = [...Array(cuts.length + 1).keys()];
  const given = { network, batchSize: 8, learningRate: 1e-3, l2: 1e-4, seed: 16 };
  return {
    ...withDefaults({ ...given, windowHu: { low: -1000, high: 400 } }, 'float32'),
    network,
    precision: 'float32',
    firstGroupKey: 1000,
    placement: {
      devices: [...Array(replicas).keys()].map((replica) => stages.map((stage) => `${replica}.${stage}`)),
      cuts,
      microBatches: 1,
      schedule: '1f1b',
    },
    ranks: { size: ranks, timeoutSeconds: 60, exchange: 'float32' },
  };
}

test('deviceOfMean() gives each replica of a stage about as many bytes as the others, on the device of the stage', () => {
  const largest = Math.max(...network.parameters.map(sizeOf));
  for (const replicas of [1, 2, 3, 4, 8])
    for (const cuts of [[], ['s3b1']]) {
      const options = optionsOf(replicas, cuts);
      const [deviceOf, stageOf] = [deviceOfMean(options), stageOfParameters(options)];
      const loads = new Map(options.placement.devices.flat().map((device) => [device, 0]));
      for (const parameter of network.parameters) {
        const device = deviceOf(parameter);
        assert.equal(Number(device.split('.')[1]), stageOf(parameter), parameter.name);
        loads.set(device, loads.get(device)! + sizeOf(parameter));
      }
      for (const stage of cuts.length === 0 ? [0] : [0, 1]) {
        const ofStage = [...loads].filter(([name]) => name.endsWith(`.${stage}`)).map(([, load]) => load);
        assert.ok(Math.max(...ofStage) - Math.min(...ofStage) <= largest, `${replicas}: ${ofStage}`);
      }
    }
  const two = optionsOf(2, []);
  const [first, all] = [['0.0'], ['0.0', '1.0']].map((devices) =>
    network.parameters
      .filter((parameter) => devices.includes(deviceOfMean(two)(parameter)))
      .reduce((sum, parameter) => sum + sizeOf(parameter), 0),
  );
  assert.ok(Math.abs(first! / all! - 0.5) < 0.05, 'not all kernels on one of two devices');
});

test('deviceOfMean(): of several processes each sums on its first replica, which takes part in the sum of all', () => {
  const options = optionsOf(2, ['s3b1'], 2);
  const devices = new Set(network.parameters.map(deviceOfMean(options)));
  assert.deepEqual([...devices].toSorted(), ['0.0', '0.1']);
});
