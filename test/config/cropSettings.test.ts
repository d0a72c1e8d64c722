import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CROP_CONFIG_FILE, readCropSettings } from '../../src/config/cropSettings.js';
import { ConfigError } from '../../src/errors.js';
import { inRepository } from '../../src/paths.js';

test('readCropSettings() reads the committed file, paths relative to the repository root', () => {
  const settings = readCropSettings(CROP_CONFIG_FILE, 'local');
  assert.equal(settings.scansFolder, inRepository('data/raw'));
  assert.equal(settings.preprocessedFolder, inRepository('data/preprocessed'));
  assert.ok(Object.isFrozen(settings));
  assert.equal(readCropSettings(CROP_CONFIG_FILE, 'remote').figuresFolder, inRepository('images'));
});

test('readCropSettings() refuses an unknown key and a missing section', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-config-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'crop.ini');
  writeFileSync(file, '[local]\nLUNA_PATH = /scans\nCSV_PATH = tables\nPREPROCESSED_PATH = out\n');
  assert.equal(readCropSettings(file, 'local').scansFolder, '/scans');
  assert.throws(() => readCropSettings(file, 'remote'), /\[remote\]/);
  writeFileSync(file, '[local]\nLUNA_PATHS = /scans\n');
  assert.throws(
    () => readCropSettings(file, 'local'),
    (error) => error instanceof ConfigError && error.key === 'LUNA_PATHS',
  );
});
