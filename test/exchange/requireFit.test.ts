import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EnvironmentError } from '../../src/errors.js';
import { requireFit } from '../../src/exchange/requireFit.js';
import { networkOf } from '../../src/model/zoo/networks.js';

test('requireFit() refuses a network whose weights no protobuf message holds, and names formats that do', () => {
  const network = (filters: number) => ({
    network: networkOf({ inputSize: [32, 32, 32], filters }),
  });
  requireFit(network(64), 'ONNX');
  requireFit(network(250), 'ONNX');
  assert.throws(
    () => requireFit(network(300), 'ONNX'),
    (error) => {
      assert.ok(error instanceof EnvironmentError);
      assert.match(
        error.message,
        /ONNX holds 2 GiB .* 300 filters has 27\d\d MiB: .* --to safetensors or keras/,
      );
      return true;
    },
  );
});
