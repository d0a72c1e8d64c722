import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { visibleGpus } from '../../src/commands/trainConfigOf.js';
import type { PlaceOnHost } from '../../src/config/cluster.js';
import { inRepository } from '../../src/paths.js';
import { readSafetensors } from '../../src/training/run/safetensors.js';
import { SMALL_NETWORK, trainFixture } from '../training/trainFixture.js';
import { CLI, voxlab } from './voxlab.js';

test('train --json, --resume and evaluate --json print the documents of the contract', async (t) => {
  const { data, run } = await trainFixture(t);
  const flags = ['--data', data, '--holdout', '2', '--batch', '6', ...SMALL_NETWORK];
  const trained = voxlab('train', ...flags, '--epochs', '1', '--out', run, '--json', '--record-gpu');
  assert.equal(trained.status, 0, trained.stderr);
  const recorded = voxlab('gpu', 'convert', join(run, 'gpu.jsonl')).stdout.trimEnd().split('\n');
  assert.ok(JSON.parse(recorded[0]!).processMemoryMiB > 100, recorded[0]);
  const { epochs, steps, best, ...more } = JSON.parse(trained.stdout);
  assert.deepEqual([epochs, steps, more.run, best.epoch], [1, 3, run, 1]);
  assert.ok(best.valLoss > 0 && best.rocAuc >= 0 && best.rocAuc <= 1);
  assert.match(
    trained.stderr,
    /training on 6 nodules and 17 others, 12 patches choose the best network, 12 are held out; 3 steps of 6 an epoch\n {2}2 scans train, 1 \(subset 3\) choose/,
  );

  const resumed = voxlab('train', '--resume', run, '--epochs', '2');
  assert.equal(resumed.status, 0, resumed.stderr);
  assert.match(resumed.stderr, /going on after step 3/);
  assert.match(resumed.stdout, /2 epochs, 6 steps/);

  const tuned = voxlab(
    ...['train', ...flags.slice(0, -2), '--from', run, '--epochs', '1'],
    ...['--class-names', 'benign,finding', '--out', `${run}-tuned`],
  );
  assert.equal(tuned.status, 0, tuned.stderr);
  assert.match(
    tuned.stderr,
    /begins with weights, averaged \(EMA_DECAY\) and batch norm's averages of .*checkpoints\/epoch-000\d; optimiser/,
  );
  assert.match(tuned.stderr, /training on 6 finding and 17 benign, /);
  const named = voxlab('evaluate', `${run}-tuned`);
  assert.match(named.stdout, /\d+ of them finding\n/);
  const histogram = readFileSync(join(`${run}-tuned`, 'evaluation', 'holdout-2', 'histogram.svg'), 'utf8');
  assert.match(histogram, /Probabilities of finding and benign/);
  assert.ok(!histogram.includes('nodules'));
  const wide = voxlab('train', ...flags.slice(0, -1), '8', '--from', run, '--out', `${run}-wide`);
  assert.equal(wide.status, 1);
  assert.match(wide.stderr, /expected the arrays of cnn3d with 8 filters/);

  const evaluation = voxlab('evaluate', run, '--json');
  assert.equal(evaluation.status, 0, evaluation.stderr);
  const scores = JSON.parse(evaluation.stdout);
  assert.deepEqual([scores.holdout, scores.rows], [2, 12]);
  for (const file of [
    ...Object.values<string>(scores.files),
    join(run, 'loss.svg'),
    join(run, 'accuracy.svg'),
  ])
    assert.ok(existsSync(file), file);
  assert.deepEqual(Object.keys(scores.files), [
    ...['predictions', 'rows', 'scores', 'roc', 'pr', 'reliability', 'histogram'],
  ]);
  // The figures of a run, and of its hold-out, by its folder alone; the ROC curve is that of the evaluation.
  for (const name of ['training', 'step-times', 'feed', 'roc', 'pr', 'calibration', 'probabilities']) {
    const { status, stderr } = voxlab('figure', name, run, '--out', `${run}-figures`);
    assert.equal(status, 0, stderr);
  }
  assert.equal(
    readFileSync(join(`${run}-figures`, 'roc.svg'), 'utf8'),
    readFileSync(scores.files.roc, 'utf8'),
  );
  assert.equal(readFileSync(join(`${run}-figures`, 'pr.svg'), 'utf8'), readFileSync(scores.files.pr, 'utf8'));
});

test('train: Ctrl-C between steps ends with exit 130 and says how to go on; kill -9 leaves a run to resume', async (t) => {
  const { data, run } = await trainFixture(t);
  // A cosine would be another one for other epochs.
  const config = `${run}.ini`;
  const settings = readFileSync(inRepository('configs', 'model.ini'), 'utf8');
  writeFileSync(config, settings.replace(/^DECAY = .*/m, 'DECAY = constant'));
  const words = [
    ...['train', '--config', config, '--data', data, '--holdout', '2', '--batch', '6', ...SMALL_NETWORK],
    ...['--out', run],
  ];
  for (const [signal, more] of [
    ['SIGINT', ['--epochs', '2000']],
    ['SIGKILL', ['--resume', run]],
  ] as const) {
    const child = spawn(process.execPath, [CLI, ...(signal === 'SIGINT' ? words : ['train']), ...more]);
    let [stderr, sent] = ['', false];
    child.stderr.on('data', (text) => {
      stderr += text;
      if (sent || !/epoch \d+: validation/.test(stderr)) return;
      sent = true;
      child.kill(signal);
    });
    const [code] = await once(child, 'close');
    if (signal === 'SIGINT') {
      assert.equal(code, 130, stderr);
      assert.match(stderr, /voxlab: interrupted while training \(step \d+, epoch \d+\); go on with --resume/);
    }
  }
  const { epoch } = JSON.parse(readFileSync(join(run, 'last', 'meta.json'), 'utf8'));
  const resumed = voxlab('train', '--resume', run, '--epochs', String(epoch + 1));
  assert.equal(resumed.status, 0, resumed.stderr);

  const whole = voxlab(...words.slice(0, -1), `${run}-whole`, '--epochs', String(epoch + 1));
  assert.equal(whole.status, 0, whole.stderr);
  const [ended, uninterrupted] = await Promise.all(
    [run, `${run}-whole`].map((folder) => readSafetensors(join(folder, 'last', 'weights.safetensors'))),
  );
  assert.deepEqual(ended, uninterrupted, 'interrupted, killed and resumed: the same bits');
});

test('visibleGpus(): from GPUID on, so many as devices, the next ones for the next process; a list of the user goes before it, and is divided, too', async (t) => {
  const { data } = await trainFixture(t);
  const config = join(dirname(data), 'gpus.ini');
  const write = (gpu: string): void =>
    writeFileSync(config, `[training]\nGPUID = ${gpu}\nHOLDOUT = 2\nBATCH_SIZE = 6\nDATA_DIR = x\n`);
  const flags = { config, filters: 4, augment: true, threads: 0 };
  const alone = { index: 0, count: 1 };
  const second = { index: 1, count: 2 };
  write('2');
  const eight = () => [0, 1, 2, 3, 4, 5, 6, 7];
  assert.equal(visibleGpus(flags, 1, alone, {}, eight), '2');
  assert.equal(visibleGpus(flags, 2, second, {}, eight), '4,5');
  assert.throws(
    () => visibleGpus(flags, 2, second, {}, () => [0, 1, 2, 3]),
    /process 2 of 2, of 2 GPUs each from GPUID 2 on: expected GPUs of this machine \(0, 1, 2, 3\), received 4, 5; take fewer/,
  );
  assert.equal(
    visibleGpus(flags, 2, second, {}, () => []),
    '4,5',
    'the CPU computes',
  );
  const of = (devices: number, place: PlaceOnHost, listed: string) =>
    visibleGpus(flags, devices, place, { CUDA_VISIBLE_DEVICES: listed });
  assert.equal(of(2, second, '7'), '7');
  assert.equal(of(1, alone, '4,5,6,7'), '4,5,6,7');
  assert.equal(of(1, second, '4,5,6,7'), '5', 'not the same GPU for both');
  assert.equal(of(2, second, 'GPU-a,GPU-b,GPU-c,GPU-d'), 'GPU-c,GPU-d');
  assert.equal(of(2, second, '4,5'), '4,5', 'divided before, by who started this process');
  for (const none of ['', '-1']) assert.equal(of(1, second, none), none);
  write('');
  assert.equal(visibleGpus(flags, 2, alone, {}), undefined);
});

test('train --find-rate makes no run, prints a rate and draws a figure', async (t) => {
  const { data, run } = await trainFixture(t);
  const config = join(dirname(data), 'rate.ini');
  const runs = join(dirname(data), 'runs');
  writeFileSync(config, `[training]\nHOLDOUT = 2\nBATCH_SIZE = 6\nDATA_DIR = x\nRUNS_DIR = ${runs}\n`);
  const words = ['train', '--config', config, '--data', data, ...SMALL_NETWORK, '--find-rate', '30'];
  const found = voxlab(...words, '--json');
  assert.equal(found.status, 0, found.stderr);
  const { suggested, steps, figure } = JSON.parse(found.stdout);
  assert.ok(suggested > 0);
  assert.deepEqual(Object.keys(steps[0]), ['learningRate', 'loss', 'smoothed']);
  assert.equal(figure, join(runs, 'learning-rate.svg'));
  assert.deepEqual(readdirSync(runs), ['learning-rate.svg'], 'no run');
  assert.match(
    voxlab(...words).stdout,
    /^LEARNING_RATE = \S+ \(--learning-rate\): .*\n.*\n {2}figure: .*learning-rate\.svg\n$/,
  );
  const refused = voxlab(...words, '--out', run);
  assert.deepEqual([refused.status, existsSync(run)], [2, false]);
  assert.match(refused.stderr, /--find-rate makes no run, in one process: expected no --out/);
});

test('train: wrong usage and bad configuration are told apart', async (t) => {
  const { data, run } = await trainFixture(t);
  assert.equal(voxlab('train', '--strategy', 'magic').status, 2);
  assert.equal(voxlab('train', '--resume', run, '--batch', '4').status, 2);
  assert.equal(voxlab('train', '--resume', run, '--no-augment').status, 2);
  for (const flag of [
    '--no-augment',
    '--config=x.ini',
    '--from=x',
    '--filters=4',
    '--loss=focal',
    '--class-weights=1,4',
  ]) {
    const refused = voxlab('train', '--resume', run, flag);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, new RegExp(`expected no ${flag.replace(/=.*/, '')}, only`));
  }
  const weights = voxlab('train', '--data', data, '--class-weights', '1');
  assert.equal(weights.status, 2);
  assert.match(weights.stderr, /Expected none, auto, or two factors above 0 such as 1,4.*received "1"/);
  const augment = voxlab('train', '--data', data, '--augment', 'flips,twirl:3');
  assert.deepEqual([augment.status, augment.stdout], [2, '']);
  assert.match(augment.stderr, /--augment: Expected none, or a list of flips, .*received "twirl:3"/);
  assert.equal(voxlab('train', '--data', data, '--sampling', 'natural', '--hard-negatives', '0.5').status, 2);
  assert.equal(voxlab('train', '--data', data, '--holdout', '5,five').status, 2);
  assert.equal(voxlab('train', '--resume', run).status, 1);
  const config = join(dirname(data), 'model.ini');
  const fails = (content: string, reason: RegExp): void => {
    writeFileSync(config, content);
    const { status, stdout, stderr } = voxlab('train', '--config', config, '--json');
    assert.deepEqual([status, stdout, stderr.trimEnd().split('\n').length], [1, '', 1], stderr);
    assert.match(stderr, reason);
  };
  const folder = join(dirname(data), 'several');
  mkdirSync(folder);
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const keys = `[training]\nHOLDOUT = 2\nBATCH_SIZE = 6\nDATA_DIR = ${folder}\n`;
  fails(`${keys}EPOCHES = 3\n`, /model\.ini: \[training\] EPOCHES: unknown key/);
  fails(keys, /several: expected a \*-patch\.hdf5 in DATA_DIR, found none; run: voxlab crop/);
  for (const name of ['a-patch.hdf5', 'b-patch.hdf5']) copyFileSync(data, join(folder, name));
  fails(keys, /found a-patch\.hdf5, b-patch\.hdf5; name one with --data/);
});

test('train that is refused for its flags leaves no folder of a run', async (t) => {
  const { data } = await trainFixture(t);
  const runs = join(dirname(data), 'refused-runs');
  const config = join(dirname(data), 'refused.ini');
  writeFileSync(config, `[training]\nRUNS_DIR = ${runs}\n`);
  const flags = ['--config', config, '--data', data, '--holdout', '2'];
  for (const wrong of [
    ['--validation', '2'],
    ['--from', join(runs, 'none')],
  ]) {
    assert.notEqual(voxlab('train', ...flags, ...wrong).status, 0);
    assert.equal(existsSync(runs) ? readdirSync(runs).length : 0, 0, wrong.join(' '));
  }
});
