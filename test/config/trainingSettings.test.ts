import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readTrainingSettings } from '../../src/config/trainingSettings.js';
import { ConfigError } from '../../src/errors.js';
import { inRepository } from '../../src/paths.js';

test('readTrainingSettings() reads the committed file, frozen', () => {
  const settings = readTrainingSettings();
  assert.equal(settings.holdout, 5);
  assert.equal(settings.batchSize, 16);
  assert.equal(settings.dataFolder, inRepository('data/preprocessed'));
  assert.deepEqual(settings.windowHu, { low: -1000, high: 400 });
  assert.ok(Object.isFrozen(settings));
});

test("readTrainingSettings() takes the original project's five keys alone, with an empty GPUID", (t) => {
  const read = reader(t);
  const settings = read('GPUID =\nNUM_GPUS = 1\nHOLDOUT = 5\nBATCH_SIZE = 64\nDATA_DIR = /data\n');
  assert.equal(settings.gpu, -1);
  assert.equal(settings.dataFolder, '/data');
  assert.equal(settings.strategy, 'single');
  assert.equal(settings.recompute, false);
  assert.equal(read('HOLDOUT = 5\nBATCH_SIZE = 64\nDATA_DIR = d\nRECOMPUTE = yes\n').recompute, true);
});

test('readTrainingSettings() names file, section, key and value of what does not fit', (t) => {
  const read = reader(t);
  const good = 'HOLDOUT = 5\nBATCH_SIZE = 16\nDATA_DIR = d\n';
  const bad: readonly [string, string][] = [
    ['BATCH_SIZE = many\n', 'BATCH_SIZE'],
    ['STRATEGY = magic\n', 'STRATEGY'],
    ['EPOCH = 3\n', 'EPOCH'],
    ['LEARNING_RATE = -1\n', 'LEARNING_RATE'],
    ['WINDOW_LOW = 500\n', 'WINDOW_HIGH'],
  ];
  for (const [lines, key] of bad)
    assert.throws(
      () => read(key === 'BATCH_SIZE' ? good.replace(/BATCH_SIZE.*\n/, lines) : good + lines),
      (error) => error instanceof ConfigError && error.key === key && error.section === 'training',
      key,
    );
  assert.throws(() => readTrainingSettings('no/such.ini'), ConfigError);
});

function reader(t: { after: (end: () => void) => void }) {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-config-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return (keys: string) => {
    const file = join(folder, 'model.ini');
    writeFileSync(file, `[training]\n${keys}`);
    return readTrainingSettings(file);
  };
}
