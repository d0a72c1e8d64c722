import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseNetwork, parseWindows } from '../../src/config/networkSettings.js';
import { MODEL_CONFIG_FILE, readTrainingSettings } from '../../src/config/trainingSettings.js';
import { ConfigError } from '../../src/errors.js';
import { inRepository } from '../../src/paths.js';

test('parseWindows() reads one to three windows low:high, and nothing else', () => {
  assert.deepEqual(parseWindows('-1000:400'), [{ low: -1000, high: 400 }]);
  assert.deepEqual(parseWindows(' -1000:400, -160:240 ,-500.5:1500'), [
    { low: -1000, high: 400 },
    { low: -160, high: 240 },
    { low: -500.5, high: 1500 },
  ]);
  for (const text of [
    '400:-1000',
    '5:5',
    '-1000',
    '-1000:400:5',
    ':400',
    '1:2,3:4,5:6,7:8',
    'a:b',
    '-99999:0',
  ])
    assert.equal(parseWindows(text), undefined, text);
});

test('parseNetwork() takes names of the table and files', () => {
  for (const text of ['resnet3d-18', 'densenet3d-121', 'my/net.mjs', '/abs/net.ts'])
    assert.equal(parseNetwork(text), text);
  for (const text of ['resnet', 'net.py', '']) assert.equal(parseNetwork(text), undefined, text);
});

test('readTrainingSettings(): WINDOWS goes before WINDOW_LOW and WINDOW_HIGH; a file lies by the repository; what is none is named', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-network-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'model.ini');
  const read = (changes: Record<string, string>) => {
    let text = readFileSync(MODEL_CONFIG_FILE, 'utf8');
    for (const [key, value] of Object.entries(changes))
      text = text.replace(new RegExp(`^${key} =.*$`, 'm'), `${key} = ${value}`);
    writeFileSync(file, text);
    const { network, dropout, windowHu, moreWindows } = readTrainingSettings(file);
    return { network, dropout, windowHu, moreWindows };
  };
  assert.deepEqual(read({}), {
    ...{ network: 'resnet3d-18', dropout: 0, windowHu: { low: -1000, high: 400 }, moreWindows: [] },
  });
  assert.deepEqual(read({ NETWORK: 'nets/tiny.mjs', DROPOUT: '0.5', WINDOWS: '-900:300, -160:240' }), {
    ...{ network: inRepository('nets/tiny.mjs'), dropout: 0.5, windowHu: { low: -900, high: 300 } },
    moreWindows: [{ low: -160, high: 240 }],
  });
  const refused: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ NETWORK: 'vgg' }, /NETWORK: expected one of resnet3d-18, .*received "vgg"/],
    [{ DROPOUT: '1' }, /DROPOUT: expected a number from 0 to 0\.99/],
    [{ WINDOWS: '400:-1000' }, /WINDOWS: expected 1 to 3 windows/],
    [{ WINDOWS: '-1:1', NORMALISATION: 'file' }, /WINDOWS: expected none with NORMALISATION file/],
    [{ WINDOWS: '-1:1', INTENSITY: 'unit' }, /WINDOWS: expected none with .*INTENSITY unit/],
  ];
  for (const [changes, reason] of refused)
    assert.throws(
      () => read(changes),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, reason);
        return true;
      },
    );
});
