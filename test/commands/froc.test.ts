import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { voxlab } from './voxlab.js';

const COORDINATES = 'seriesuid,coordX,coordY,coordZ';

function tables(t: TestContext, submission: string) {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-froc-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const words = [
    ...['--annotations', write('annotations.csv', `${COORDINATES},diameter_mm\na,0,0,0,6\nb,0,0,0,6\n`)],
    ...['--excluded', write('excluded.csv', `${COORDINATES},diameter_mm\nb,50,0,0,-1\n`)],
    ...['--seriesuids', write('seriesuids.csv', 'a\nb\n')],
    ...['--samples', '100', write('submission.csv', submission)],
  ];
  return { folder, words, write };
}

test('froc prints the table, and with --json one document; files with --out', (t) => {
  const marks = `${COORDINATES},probability\na,1,0,0,9\nb,99,0,0,5\nb,51,0,0,4\nx,0,0,0,9\n`;
  const { folder, words, write } = tables(t, marks);
  const plain = voxlab('froc', ...words);
  assert.equal(plain.status, 0, plain.stderr);
  assert.match(
    plain.stdout,
    /2 scans, 2 nodules \(1 hit\), 3 marks: 1 false positives, 1 on excluded findings/,
  );
  assert.match(plain.stdout, /CPM +0\.500 +0\.000 to 1\.000\n/);
  assert.match(plain.stderr, /note: 1 marks of series that are not scored were ignored/);

  const folds = write('folds.csv', 'seriesuid,subset\na,0\nb,1\n');
  const { status, stdout } = voxlab(
    'froc',
    ...words,
    '--json',
    '--out',
    join(folder, 'out'),
    '--folds',
    folds,
  );
  assert.equal(status, 0);
  const document = JSON.parse(stdout);
  assert.deepEqual(Object.keys(document), [
    ...['cpm', 'sensitivities', 'falsePositivesPerScan', 'bootstrap', 'counts', 'folds', 'notes', 'files'],
  ]);
  assert.deepEqual([document.cpm, document.sensitivities], [0.5, Array(7).fill(0.5)]);
  assert.deepEqual([document.bootstrap.samples, document.bootstrap.cpm.lower], [100, 0]);
  assert.deepEqual(
    document.folds.map((fold: { fold: number; cpm: number }) => [fold.fold, fold.cpm]),
    [
      [0, 1],
      [1, 0],
    ],
  );
  const out = (name: string): string => readFileSync(join(folder, 'out', name), 'utf8');
  assert.deepEqual(readdirSync(join(folder, 'out')).sort(), [
    ...['froc-curve.csv', 'froc.csv', 'froc.html', 'froc.json', 'froc.svg'],
  ]);
  assert.equal(out('froc.csv').split('\n').length, 10_002);
  assert.match(out('froc.csv'), /^falsePositivesPerScan,mean,lower,upper\n0\.125,/);
  assert.equal(
    out('froc-curve.csv'),
    'falsePositivesPerScan,sensitivity,threshold\n0,0,\n0,0.5,9\n0.5,0.5,5\n',
  );
  assert.equal(JSON.parse(out('froc.json')).cpm, 0.5);
  assert.match(out('froc.svg'), /^<svg/);
});

test('froc says where nothing was hit, and that a submission is empty', (t) => {
  const { words } = tables(t, `${COORDINATES},probability\n`);
  const { status, stdout, stderr } = voxlab('froc', ...words);
  assert.equal(status, 0);
  assert.match(stdout, /CPM +0\.000/);
  assert.match(stderr, /no mark hit a nodule: CPM is 0/);
  assert.match(stderr, /no mark lies in a scan that is scored/);
});

test('froc names file, row and remedy; wrong usage is 2', (t) => {
  const { words, write } = tables(t, `${COORDINATES},probability\na,1,0,0,nan\n`);
  const failed = voxlab('froc', ...words, '--json');
  assert.deepEqual([failed.status, failed.stdout], [1, '']);
  assert.match(
    failed.stderr,
    /submission\.csv:2: probability: expected a number, received "nan"; mend this row/,
  );
  write('submission.csv', 'uid,x,y,z,score\na,1,0,0,3\n');
  assert.match(
    voxlab('froc', ...words).stderr,
    /--columns seriesuid=uid,coordX=x,coordY=y,coordZ=z,probability=score/,
  );
  const named = voxlab(
    'froc',
    ...words,
    '--columns',
    'seriesuid=uid,coordX=x,coordY=y,coordZ=z,probability=score',
  );
  assert.match(named.stdout, /CPM +0\.500/);
  assert.equal(voxlab('froc', ...words, '--columns', 'probability').status, 2);
  assert.equal(voxlab('froc', words.at(-1)!).status, 2);
});
