import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SYMMETRIES } from '../../src/config/augmentPlan.js';
import { BALANCED } from '../../src/config/samplingSettings.js';
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
  assert.deepEqual([settings.emaDecay, settings.emaWarmUp], [0, true]);
  assert.equal(read('HOLDOUT = 5\nBATCH_SIZE = 64\nDATA_DIR = d\nRECOMPUTE = yes\n').recompute, true);
  assert.equal(read('HOLDOUT = 5\nBATCH_SIZE = 64\nDATA_DIR = d\nEMA_WARM_UP = no\n').emaWarmUp, false);
});

test('readTrainingSettings() takes samplings, augmentations, folds and several subsets; missing keys are as they were', (t) => {
  const read = reader(t);
  const few = read('HOLDOUT = 5\nBATCH_SIZE = 64\nDATA_DIR = d\n');
  assert.deepEqual([few.sampling, few.augment, few.folds, few.crop], [BALANCED, SYMMETRIES, 0, 0]);
  const all = read(
    'HOLDOUT = 6, 5\nBATCH_SIZE = 64\nDATA_DIR = d\nFOLDS = 10\nCROP = 32\nSAMPLING = weighted\nPOSITIVE_SHARE = 0.1\nHARD_NEGATIVES = 0.5\nHARD_POOL = 0.2\nHARD_CANDIDATES = 0\nAUGMENT = shift:2, noise:10\n',
  );
  assert.deepEqual(
    [all.holdout, all.folds, all.crop, all.augment],
    [[5, 6], 10, 32, { shift: 2, noise: 10 }],
  );
  assert.deepEqual(all.sampling, {
    kind: 'weighted',
    positiveShare: 0.1,
    hardNegatives: 0.5,
    hardPool: 0.2,
    hardCandidates: 0,
  });
  assert.throws(
    () => read('HOLDOUT = 5\nBATCH_SIZE = 64\nDATA_DIR = d\nAUGMENT = flips, scale:2\n'),
    /model\.ini: \[training\] AUGMENT: expected scale:low-high .*received "scale:2", received "flips, scale:2"/,
  );
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
    ['AUGMENT = flips, twirl:3\n', 'AUGMENT'],
    ['SAMPLING = fair\n', 'SAMPLING'],
    ['POSITIVE_SHARE = 1\n', 'POSITIVE_SHARE'],
    ['SAMPLING = natural\nHARD_NEGATIVES = 0.5\n', 'HARD_NEGATIVES'],
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
