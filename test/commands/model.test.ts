import assert from 'node:assert/strict';
import { test } from 'node:test';
import { voxlab } from './voxlab.js';

test('model --json: 33,171,329 parameters, 33,163,521 trainable, and the choices made', () => {
  const { status, stdout } = voxlab('model', '--json');
  assert.equal(status, 0);
  const model = JSON.parse(stdout);
  assert.deepEqual(
    [model.parameters, model.trainable, model.nonTrainable, model.arrays],
    [33171329, 33163521, 7808, 110],
  );
  assert.deepEqual(model.optimizer, { name: 'Adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, form: 'lr_t' });
  assert.match(model.initializer, /he_normal/);
});

test('model prints a table; narrower networks have fewer parameters', () => {
  const { stdout } = voxlab('model');
  assert.match(stdout, /stem\/conv +conv 7\^3, stride 2 +16 x 16 x 16 x 64 +22,016 +89\.92 M/);
  assert.match(stdout, /33,171,329 parameters/);
  assert.ok(JSON.parse(voxlab('model', '--filters', '8', '--json').stdout).parameters < 600_000);
});
