import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SMALL_NETWORK, trainFixture } from '../training/trainFixture.js';
import { CLI, voxlab } from './voxlab.js';

interface Document {
  readonly folds: readonly { fold: number; rocAuc: number; cpm: number; run: string }[];
  readonly pooled: { rocAuc: number; cpm: number; band: readonly [number, number]; scans: number };
  readonly files: Readonly<Record<string, string>>;
}

test('crossval trains folds side by side, goes on after Ctrl-C with those that lack, and pools one submission', async (t) => {
  const { data } = await trainFixture(t);
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-crossval-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const out = join(folder, 'folds');
  // A nodule at each candidate of class 1 (rows 0, 4, 8, ...), where the fixture has put it.
  const nodules = Array.from({ length: 12 }, (_, i) => [`scan${Math.floor(i / 3)}`, 4 * i, -4 * i, 2 * i, 3]);
  const annotations = join(folder, 'annotations.csv');
  writeFileSync(
    annotations,
    `seriesuid,coordX,coordY,coordZ,diameter_mm\n${nodules.map((row) => row.join(',')).join('\n')}\n`,
  );
  const words = [
    '--data',
    data,
    '--out',
    out,
    ...SMALL_NETWORK,
    '--batch',
    '6',
    '--epochs',
    '2',
    '--jobs',
    '2',
  ];
  const child = spawn(process.execPath, [CLI, 'crossval', ...words, '--annotations', annotations], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    // The first fold is done, others run or wait.
    const isDone = existsSync(join(out, 'fold-0', 'finished')) || existsSync(join(out, 'fold-1', 'finished'));
    if (isDone && !said.includes('interrupted')) child.kill('SIGINT');
  });
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 130, said);
  assert.match(said, /interrupted; go on with: voxlab crossval --resume/);
  const done = readdirSync(out).filter((name) => existsSync(join(out, name, 'finished')));
  assert.ok(done.length >= 1 && done.length < 4, `${done}`);
  const before = statSync(join(out, done[0]!, 'metrics.jsonl')).mtimeMs;

  const { status, stdout, stderr } = voxlab(
    'crossval',
    '--resume',
    out,
    '--annotations',
    annotations,
    '--json',
  );
  assert.equal(status, 0, stderr);
  assert.equal(statSync(join(out, done[0]!, 'metrics.jsonl')).mtimeMs, before, 'what is finished stays');
  const { folds, pooled, files } = JSON.parse(stdout) as Document;
  assert.deepEqual(
    folds.map(({ fold }) => fold),
    [0, 1, 2, 3],
  );
  assert.equal(pooled.scans, 4);
  for (const { cpm, rocAuc } of [...folds, pooled])
    assert.ok(cpm >= 0 && cpm <= 1 && rocAuc >= 0 && rocAuc <= 1);
  for (const file of Object.values(files)) assert.ok(statSync(file).size > 100, file);
  // The file is handed on: it names the table alone.
  const stored = JSON.parse(readFileSync(files.scores!, 'utf8')).pooled;
  assert.deepEqual(stored, { ...pooled, annotations: 'annotations.csv' });

  // The official score of the merged submission, fold by fold, too.
  const uids = join(folder, 'seriesuids.csv');
  const subsets = join(folder, 'subsets.csv');
  writeFileSync(uids, 'scan0\nscan1\nscan2\nscan3\n');
  writeFileSync(subsets, `seriesuid,fold\n${[0, 1, 2, 3].map((i) => `scan${i},${i}`).join('\n')}\n`);
  const official = voxlab(
    ...[
      'froc',
      files.submission!,
      '--annotations',
      annotations,
      '--seriesuids',
      uids,
      '--folds',
      subsets,
      '--json',
    ],
  );
  const froc = JSON.parse(official.stdout) as {
    cpm: number;
    folds: { cpm: number }[];
    bootstrap: { cpm: { lower: number; upper: number } };
  };
  assert.equal(froc.cpm, pooled.cpm);
  assert.deepEqual([froc.bootstrap.cpm.lower, froc.bootstrap.cpm.upper], pooled.band);
  assert.deepEqual(
    froc.folds.map(({ cpm }) => cpm),
    folds.map(({ cpm }) => cpm),
  );
});

test('crossval says which fold failed and why, trains the others, and refuses a folder with other content', async (t) => {
  const { data } = await trainFixture(t);
  const out = mkdtempSync(join(tmpdir(), 'voxlab-crossval-'));
  t.after(() => rmSync(out, { recursive: true }));
  writeFileSync(join(out, 'notes.txt'), 'mine');
  const words = ['crossval', '--data', data, ...SMALL_NETWORK, '--batch', '6', '--epochs', '1'];
  const refused = voxlab(...words, '--out', out);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /expected a new folder for the folds, found other content/);
  assert.match(
    voxlab(...words, '--folds', '9', '--out', join(out, 'x')).stderr,
    /expected folds from 3 to the number of scans, 4/,
  );
  assert.equal(existsSync(join(out, 'x')), false);
  const [config, runs] = [join(out, 'model.ini'), join(out, 'runs')];
  writeFileSync(config, `[training]\nHOLDOUT = 2\nBATCH_SIZE = 6\nDATA_DIR = x\nRUNS_DIR = ${runs}\n`);
  assert.match(voxlab(...words, '--folds', '9', '--config', config).stderr, /expected folds from 3/);
  assert.deepEqual(readdirSync(runs), []);
  const folds = join(out, 'folds');
  const failed = voxlab(...words, '--batch', '24', '--out', folds);
  assert.equal(failed.status, 1);
  // Folds 1 and 2 leave one training row less, of the one with notrain.
  assert.match(failed.stderr, /^\[fold-1\] voxlab: .*batch larger than the data: expected at most 23/m);
  assert.match(failed.stderr, /voxlab: 2 of 4 folds failed .*go on with: voxlab crossval --resume/);
  assert.deepEqual(
    [0, 1, 2, 3].map((fold) => existsSync(join(folds, `fold-${fold}`, 'finished'))),
    [true, false, false, true],
  );
});
