import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { completeConfig } from '../../src/training/completeConfig.js';
import { continueRun, createRun, readRunConfig } from '../../src/training/runFolder.js';
import type { TrainConfig } from '../../src/training/trainConfig.js';

function configIn(t: TestContext): TrainConfig {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-run-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return completeConfig({ run: join(folder, 'run'), epochs: 2, augment: {} } as TrainConfig);
}

test('createRun() writes the configuration once; continueRun() replaces it', (t) => {
  const config = configIn(t);
  createRun(config);
  assert.deepEqual(readRunConfig(config.run), config);
  assert.throws(() => createRun(config), /expected a new folder for the run/);
  continueRun({ ...config, epochs: 5 }, 0);
  assert.equal(readRunConfig(config.run).epochs, 5);
});

test('readRunConfig() and createRun() name the folder that does not fit', (t) => {
  const config = configIn(t);
  assert.throws(
    () => readRunConfig(config.run),
    /config\.json: expected the configuration of a run \(ENOENT/,
  );
  writeFileSync(config.run, 'a file');
  assert.throws(() => createRun(config), /cannot be made|ENOTDIR/);
});
