import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inRepository } from '../../src/paths.js';
import { readMetrics } from '../../src/training/run/metricsLog.js';
import { readRunConfig } from '../../src/training/run/runFolder.js';
import { voxlab } from '../commands/voxlab.js';
import { SMALL_NETWORK, trainFixture } from '../training/trainFixture.js';

const MODULE = inRepository('test', 'fixtures', 'model', 'ownNetwork.mjs');

const losses = (run: string): number[][] =>
  readMetrics(run).flatMap((record) => (record.kind === 'step' ? [[record.step, record.loss]] : []));

test('train --network FILE --processes 2: each imports it, with the losses of one process; evaluate and export know it', async (t) => {
  const { data, run } = await trainFixture(t);
  const words = [
    'train',
    '--data',
    data,
    '--holdout',
    '2',
    '--batch',
    '8',
    '--epochs',
    '2',
    '--network',
    MODULE,
  ];
  const two = voxlab(...words, '--processes', '2', '--threads', '1', '--out', `${run}2`, '--json');
  assert.equal(two.status, 0, two.stderr);
  const one = voxlab(...words, '--strategy', 'data', '--devices', '2', '--threads', '1', '--out', `${run}1`);
  assert.equal(one.status, 0, one.stderr);
  assert.deepEqual(losses(`${run}2`), losses(`${run}1`));
  assert.equal(readRunConfig(`${run}2`).network, 'tiny');

  const resumed = voxlab('train', '--resume', `${run}2`, '--epochs', '3', '--json');
  assert.equal(resumed.status, 0, resumed.stderr);
  const evaluated = voxlab('evaluate', `${run}2`, '--json');
  assert.equal(evaluated.status, 0, evaluated.stderr);
  assert.equal(JSON.parse(evaluated.stdout).rows, 12);
  const exported = voxlab('export', `${run}2`, '--to', 'onnx');
  assert.equal(exported.status, 0, exported.stderr);
  assert.ok(existsSync(join(`${run}2`, 'export', 'network.onnx')));
});

test('train --network cnn3d --windows --dropout; a flag that is none, or a patch too small, is refused', async (t) => {
  const { data, run } = await trainFixture(t);
  const words = ['train', '--data', data, '--holdout', '2', '--batch', '6', '--epochs', '1', '--out', run];
  const two = '-1000:400,-160:240';
  const trained = voxlab(...words, ...SMALL_NETWORK, `--windows=${two}`, '--dropout', '0.2');
  assert.equal(trained.status, 0, trained.stderr);
  const { network, dropout, windowHu, moreWindows } = readRunConfig(run);
  assert.deepEqual(
    [network, dropout, windowHu.low, moreWindows],
    ['cnn3d', 0.2, -1000, [{ low: -160, high: 240 }]],
  );
  for (const [flags, reason, status] of [
    [['--network', 'vgg'], /Expected one of resnet3d-18, .*or a file of your own.*received "vgg"/, 2],
    [['--windows=400:-1000'], /Expected 1 to 3 windows low:high of HU/, 2],
    [
      ['--network', 'densenet3d-121'],
      /densenet3d-121: expected patches of at least 29 voxels .* received 16 x 16 x 16/,
      2,
    ],
  ] as const) {
    const refused = voxlab(...words.slice(0, -1), `${run}-refused`, ...flags);
    assert.equal(refused.status, status, refused.stderr);
    assert.match(refused.stderr, reason);
    assert.ok(!existsSync(join(`${run}-refused`, 'config.json')));
  }
});

test('a network of the table goes out to Keras and comes back, and another run begins with it, by its own name, width and windows', async (t) => {
  const { data, run } = await trainFixture(t);
  const words = ['--data', data, '--holdout', '2', '--batch', '6', '--epochs', '1'];
  const chosen = [...SMALL_NETWORK, '--windows=-900:300,-160:240'];
  const done = (...given: string[]): string => {
    const { status, stdout, stderr } = voxlab(...given);
    assert.equal(status, 0, stderr);
    return stdout;
  };
  done('train', ...words, ...chosen, '--out', run);
  const file = join(`${run}-files`, 'cnn.keras');
  done('export', run, '--to', 'keras', '--out', file);
  assert.match(done('import', file, '--like', run, '--out', `${run}-back`), /4 filters \(cnn3d\)/);
  const [a, b] = [run, `${run}-back`].map((each) => JSON.parse(done('evaluate', each, '--json')));
  assert.equal(a.rocAuc, b.rocAuc);
  assert.ok(Math.abs(a.brier - b.brier) < 1e-5);
  done('train', ...words, '--from', `${run}-back`, '--out', `${run}-tuned`);
  const { network, filters, windowHu, moreWindows } = readRunConfig(`${run}-tuned`);
  assert.deepEqual(
    { network, filters, windowHu, moreWindows },
    {
      network: 'cnn3d',
      filters: 4,
      windowHu: { low: -900, high: 300 },
      moreWindows: [{ low: -160, high: 240 }],
    },
  );
  const other = voxlab('train', ...words, '--from', run, '--network', 'resnet3d-18', '--out', `${run}-other`);
  assert.equal(other.status, 1);
  assert.match(other.stderr, /expected the arrays of resnet3d-18 with 4 filters, received \d+ others/);
});

test('model --network prints a network of the table', () => {
  const { stdout } = voxlab('model', '--network', 'densenet3d-121', '--channels', '3', '--json');
  const { parameters, network } = JSON.parse(stdout);
  // 11,327,297 of one channel, and 7^3 x 64 numbers for each of two more.
  assert.deepEqual([parameters, network.channels], [11_327_297 + 2 * 7 ** 3 * 64, 3]);
});
