import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { exchangeRun } from '../exchange/exchangeRun.js';
import { voxlab } from './voxlab.js';

test('export names a run without a checkpoint, and refuses formats and checkpoints that it does not know', async (t) => {
  const missing = voxlab('export', 'no/run', '--to', 'onnx', '--json');
  assert.deepEqual([missing.status, missing.stdout], [1, '']);
  assert.match(missing.stderr, /no\/run: expected the folder of a run, found nothing/);
  const format = voxlab('export', 'no/run', '--to', 'pickle');
  assert.equal(format.status, 2);
  assert.match(
    format.stderr,
    /Expected one of onnx, keras, savedmodel, tfjs, safetensors, tensorboard, received "pickle"/,
  );
  assert.equal(voxlab('export', 'no/run').status, 2);
  assert.equal(voxlab('export', 'no/run', '--to', 'onnx', '--checkpoint', 'first').status, 2);

  const { run } = await exchangeRun(t);
  const empty = join(run, '..', 'empty');
  mkdirSync(empty);
  assert.match(
    voxlab('export', empty, '--to', 'onnx').stderr,
    /empty: expected the folder of a run, found none in it; `voxlab runs` lists runs/,
  );
  const { status, stdout } = voxlab('export', run, '--to', 'onnx', '--checkpoint', 'last', '--json');
  assert.equal(status, 0);
  const { path, files, description } = JSON.parse(stdout);
  assert.deepEqual([path, files], [join(run, 'export', 'network.onnx'), [path]]);
  assert.deepEqual(
    [description.checkpoint, description.input.shape, description.windowHu],
    ['epoch-0002', [null, 16, 16, 16, 1], { low: -950, high: 300, clip: true }],
  );
  const file = join(run, 'best', 'meta.json');
  const meta = JSON.parse(readFileSync(file, 'utf8'));
  const refuses = (changed: object): string => {
    writeFileSync(file, JSON.stringify({ ...meta, ...changed }));
    const { status: code, stderr } = voxlab('export', run, '--to', 'keras');
    assert.equal(code, 1);
    return stderr;
  };
  assert.match(
    refuses({ config: { ...meta.config, intensity: 'unit' } }),
    /expected a run on Hounsfield units, which an exported network takes, received INTENSITY unit/,
  );
  assert.match(refuses({ data: undefined }), /expected a run that says what patches it was trained on/);
  writeFileSync(join(run, 'best', 'weights.safetensors'), 'damaged');
  assert.match(refuses({}), /expected a checkpoint 'best' that is whole, found none/);
  const full = voxlab(
    'export',
    run,
    '--to',
    'onnx',
    '--checkpoint',
    'last',
    '--out',
    '/dev/full/network.onnx',
  );
  assert.deepEqual([full.status, full.stdout], [1, '']);
  assert.match(full.stderr, /\/dev\/full cannot be made/);
});

test('import makes a run that evaluate scores as the one it came from; a failure leaves nothing', async (t) => {
  const { run, config } = await exchangeRun(t);
  const folder = join(run, '..');
  const file = join(folder, 'n.keras');
  assert.equal(voxlab('export', run, '--to', 'keras', '--out', file).status, 0);
  const made = join(folder, 'made');
  const { status, stdout, stderr } = voxlab('import', file, '--like', run, '--out', made, '--json');
  assert.equal(status, 0, stderr);
  assert.deepEqual(JSON.parse(stdout).filters, 4);
  const scores = [run, made].map((each) => JSON.parse(voxlab('evaluate', each, '--json').stdout));
  assert.deepEqual(scores[1].rocAuc, scores[0].rocAuc);
  assert.ok(Math.abs(scores[1].brier - scores[0].brier) < 1e-5);
  assert.match(voxlab('runs', folder, '--json').stdout, /"made"/);

  const again = voxlab('import', file, '--like', run, '--out', made);
  assert.equal(again.status, 1);
  assert.match(again.stderr, /expected a new folder for the run, found other content/);
  const both = voxlab('import', file, '--like', run, '--data', config.data);
  assert.equal(both.status, 2);
  assert.match(both.stderr, /--like takes the data of its run: expected no --data beside it/);
  const wrong = voxlab(
    'import',
    join(run, 'metrics.jsonl'),
    '--data',
    config.data,
    '--out',
    join(folder, 'no'),
  );
  assert.equal(wrong.status, 2);
  assert.match(
    wrong.stderr,
    /expected a file \*\.keras, \*\.h5 or \*\.safetensors, received .*metrics\.jsonl/,
  );
  assert.ok(!existsSync(join(folder, 'no')));

  const settings = join(folder, 'model.ini');
  writeFileSync(settings, '[training]\nDATA_DIR = .\nHOLDOUT = 2\nBATCH_SIZE = 6\n');
  const places = ['--data', config.data, '--config', settings, '--out', join(folder, 'on data')];
  const onData = voxlab('import', file, ...places);
  assert.equal(onData.status, 0, onData.stderr);
  assert.match(onData.stderr, /what scans these weights were trained on is not known/);
  assert.match(onData.stdout, /on data: \d+ numbers, 4 filters/);
});
