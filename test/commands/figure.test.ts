import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { rowTable } from '../../src/evaluation/predictionTable.js';
import { inRepository } from '../../src/paths.js';
import { createRandom } from '../../src/random.js';
import { writePatchFile } from '../../src/store/writePatchFile.js';
import { metricLine } from '../../src/training/run/metricsLog.js';
import { epochRecord, stepRecord, validationRecord } from '../figures/sampleRecords.js';
import { runPython } from '../python.js';
import { columns, format, provenance, rowsOf } from '../store/patchFixture.js';
import { voxlab } from './voxlab.js';

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-figure-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A run with metrics and an evaluation of its hold-out, as `train` and `evaluate` leave them; without its network. */
function runIn(folder: string, name = 'run'): string {
  const run = join(folder, name);
  const evaluation = join(run, 'evaluation', 'holdout-5');
  mkdirSync(evaluation, { recursive: true });
  const records = [
    ...Array.from({ length: 40 }, (_, i) => stepRecord(i + 1)),
    validationRecord(40, 0.5),
    epochRecord(1, 40),
  ];
  writeFileSync(join(run, 'metrics.jsonl'), Buffer.concat(records.map(metricLine)));
  writeFileSync(join(evaluation, 'rows.csv'), tableOfRows());
  writeFileSync(
    join(evaluation, 'predictions.csv'),
    'seriesuid,coordX,coordY,coordZ,probability\na,0,0,0,0.5\n',
  );
  writeFileSync(join(evaluation, 'scores.json'), '{"classNames":["benign","cancer"]}');
  symlinkSync(join('evaluation', 'holdout-5', 'predictions.csv'), join(run, 'predictions.csv'));
  return run;
}

/** Of 12 scans with 20 patches each: nodules lie 20 mm apart. */
function findings() {
  const random = createRandom('figure rows');
  return Array.from({ length: 240 }, (_, i) => {
    const label = i % 5 === 0 ? 1 : 0;
    const probability = Math.min(1, Math.max(0, 0.3 + 0.4 * label + 0.2 * random.normal()));
    const centerWorldMm = [20 * Math.floor(i / 12), 0, 0] as const;
    return { seriesUid: `scan-${i % 12}`, centerWorldMm, class: label, notrain: 0, probability };
  });
}

function tableOfRows(): string {
  const all = findings();
  return rowTable(
    all,
    all.map(({ probability }) => probability),
  );
}

interface Drawn {
  readonly name: string;
  readonly title: string;
  readonly says: readonly string[];
  readonly files: { readonly figure: string };
}

/** What `--json` says; the picture is there, and well-formed. */
function drawn(...words: readonly string[]): Drawn & { readonly svg: string } {
  const { status, stdout, stderr } = voxlab('figure', ...words, '--json');
  assert.equal(status, 0, stderr);
  const document: Drawn = JSON.parse(stdout);
  const svg = readFileSync(document.files.figure, 'utf8');
  assert.equal(
    runPython(
      `import json, sys, xml.etree.ElementTree as E
print(json.dumps(E.fromstring(json.load(sys.stdin)).tag))`,
      svg,
    ),
    '{http://www.w3.org/2000/svg}svg',
  );
  assert.doesNotMatch(svg, /NaN|undefined/);
  return { ...document, svg };
}

test('figure performance draws the table of 2018 beside our own speeds, and prints efficiency', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-figure-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { status, stdout, stderr } = voxlab('figure', 'performance', '--out', folder, '--json');
  assert.equal(status, 0, stderr);
  const { series, files } = JSON.parse(stdout);
  assert.equal(series[0].points[1].efficiency.toFixed(3), '0.317');
  assert.match(readFileSync(files.figure, 'utf8'), /^<svg .*1\.27x on 4, 31\.7 %/);
  assert.match(
    voxlab('figure', 'performance', '--out', folder).stdout,
    /4 on p2\.8xlarge .* 1\.27x {2}efficiency {2}31\.7 %/,
  );
  const failed = voxlab('figure', 'performance', '--measured', join(folder, 'none.json'), '--out', folder);
  assert.equal(failed.status, 1);
  assert.match(failed.stderr, /none\.json/);
  assert.equal(voxlab('figure', 'nothing').status, 2);
});

test('figure draws a run: training, where the time of a step goes, how it was fed', (t) => {
  const folder = scratch(t);
  const run = runIn(folder);
  const training = drawn('training', run, '--out', folder);
  assert.match(training.title, /^Loss 0\.\d+ at step 40 \(epoch 2\); lowest validation 0\.500/);
  assert.equal(training.files.figure, join(folder, 'training.svg'));
  const times = drawn('step-times', run, '--out', folder);
  assert.equal(times.title, 'A step takes 40.0 ms: compute 50.0 %, other 25.0 %');
  const compared = drawn('step-times', run, runIn(folder, 'other'), '--out', folder);
  assert.ok(compared.svg.includes('>run<') && compared.svg.includes('>other<'));
  assert.match(drawn('feed', run, '--out', folder).title, /^Reading: 10 rows\/s/);
});

test('figure draws a run that goes on: the last line may be cut, a damaged one is named', (t) => {
  const folder = scratch(t);
  const run = runIn(folder);
  const metrics = join(run, 'metrics.jsonl');
  writeFileSync(metrics, `${readFileSync(metrics, 'utf8')}{"kind":"step","ep`);
  assert.equal(voxlab('figure', 'training', run, '--out', folder).stderr, '');
  writeFileSync(metrics, `nonsense\n${readFileSync(metrics, 'utf8')}`);
  const { status, stderr } = voxlab('figure', 'training', run, '--out', folder);
  assert.equal(status, 0);
  assert.match(stderr, /^warning: .*metrics\.jsonl.*; the figure is drawn without it\n$/);
});

test("figure draws scores with their bands: areas are scikit-learn's, classes are called as the run calls them", (t) => {
  const folder = scratch(t);
  const run = runIn(folder);
  const { auc, ap } = runPython<{ auc: number; ap: number }>(
    `import json, sys, csv
from sklearn.metrics import roc_auc_score, average_precision_score
r = list(csv.DictReader(open(json.load(sys.stdin))))
y, p = [int(x['class']) for x in r], [float(x['probability']) for x in r]
print(json.dumps(dict(auc=roc_auc_score(y, p), ap=average_precision_score(y, p))))`,
    join(run, 'evaluation', 'holdout-5', 'rows.csv'),
  );
  const evaluation = join(run, 'evaluation', 'holdout-5');
  for (const source of [evaluation, join(evaluation, 'rows.csv'), join(run, 'predictions.csv')]) {
    const roc = drawn('roc', source, '--out', folder);
    assert.ok(roc.says[0]!.startsWith(`area ${auc.toFixed(4)}, 95 %`), roc.says[0]);
    assert.ok(roc.svg.includes('95 % band, scans drawn anew'));
  }
  const pr = drawn('pr', evaluation, '--out', folder);
  assert.ok(pr.says[0]!.startsWith(`average precision ${ap.toFixed(4)} (95 %`), pr.says[0]);
  assert.ok(pr.svg.includes('share of cancer'));
  assert.ok(drawn('calibration', evaluation, '--out', folder).svg.includes('share of cancer'));
  assert.match(
    drawn('probabilities', evaluation, '--out', folder).says.join(),
    /benign \(192\).*cancer \(48\)/s,
  );
});

test('figure froc needs a table of nodules that knows the scans', (t) => {
  const folder = scratch(t);
  const rows = join(folder, 'rows.csv');
  writeFileSync(rows, tableOfRows());
  const missing = voxlab('figure', 'froc', rows, '--out', folder);
  assert.equal(missing.status, 2);
  assert.match(
    missing.stderr,
    /no table of nodules knows the scans of .*rows\.csv: name it with --annotations/,
  );
  const annotations = join(folder, 'annotations.csv');
  const nodules = findings().filter((finding) => finding.class === 1);
  const lines = nodules.map(({ seriesUid, centerWorldMm }) => [seriesUid, ...centerWorldMm, 6].join(','));
  writeFileSync(annotations, ['seriesuid,coordX,coordY,coordZ,diameter_mm', ...lines, ''].join('\n'));
  const froc = drawn('froc', rows, '--annotations', annotations, '--out', folder);
  assert.match(froc.title, /^FROC: CPM 0\.\d{3} \(95 % /);
  assert.equal(froc.says.length, 7);
});

test('figure draws a patch file: classes by subset, intensities by class', async (t) => {
  const folder = scratch(t);
  const file = join(folder, 'p.hdf5');
  const rows = rowsOf(0, 5).map((value) => Math.max(-1000, Math.min(1500, value)));
  await writePatchFile(file, format, provenance, columns, [rows.map((value) => value - 500)]);
  const balance = drawn('class-balance', file, '--out', folder);
  assert.equal(balance.title, '2 nodules among 5 patches: 40.0 %');
  assert.match(balance.says[1]!, /^subset 3: 1 nodules, 1 others \(50\.0 %\), 1 scan$/);
  assert.match(drawn('hu', file, '--out', folder).says[0]!, /^nodules \(2 patches\): mean -?\d+ HU/);
  // Unsigned voxels are no HU.
  await writePatchFile(file, format, provenance, columns, [rowsOf(0, 5).map((value) => value & 1023)]);
  const { status, stderr } = voxlab('figure', 'hu', file, '--out', folder);
  assert.equal(status, 1);
  assert.match(stderr, /expected Hounsfield units/);
});

test('figure draws a GPU log, and that of a run with the ends of its epochs', (t) => {
  const folder = scratch(t);
  const log = inRepository('data', 'gpustat', 'k80x8_2018.txt');
  const gpu = drawn('gpu', log, '--out', folder);
  assert.match(gpu.title, /^GPU utilisation: mean 32\.7 %, idle 34\.5 %/);
  assert.ok(gpu.says.includes('GPU 0: mean 38.1 %'));
  assert.match(drawn('gpu-memory', log, '--out', folder).says[0]!, /GPU 0: .* of 11441 MiB/);
  const run = runIn(folder);
  const without = voxlab('figure', 'gpu', run, '--out', folder);
  assert.equal(without.status, 1);
  assert.match(without.stderr, /gpu\.jsonl.*--record-gpu/);
  const use = {
    cpuPercent: 50,
    processMemoryMiB: 1,
    diskReadMBPerSecond: 0,
    stepMilliseconds: 1,
    waitShare: 0,
  };
  const lines = Array.from({ length: 50 }, (_, i) =>
    JSON.stringify({ time: `2024-01-01T00:00:${10 + i}.000Z`, host: 'h', ...use, step: i + 1 }),
  );
  writeFileSync(join(run, 'gpu.jsonl'), `${lines.join('\n')}\n`);
  assert.ok(drawn('gpu', run, '--out', folder).svg.includes('>epoch 1<'));
});

test('figure writes SVG or PNG, light or dark', (t) => {
  const folder = scratch(t);
  const run = runIn(folder);
  assert.match(drawn('training', run, '--out', folder, '--theme', 'dark').svg, /<rect [^>]*fill="#111111"/);
  const { stdout } = voxlab('figure', 'training', run, '--out', folder, '--format', 'png', '--theme', 'dark');
  const file = join(folder, 'training.png');
  assert.ok(stdout.startsWith('Loss ') && stdout.endsWith(`${file}\n`), stdout);
  assert.equal(readFileSync(file).toString('latin1', 1, 4), 'PNG');
});

test('figure says what it expected: names, sources, flags', (t) => {
  const folder = scratch(t);
  const run = runIn(folder);
  const rows = join(folder, 'one-class.csv');
  writeFileSync(rows, 'seriesuid,class,probability\na,1,0.5\n');
  const table = join(folder, 'table.csv');
  writeFileSync(table, 'seriesuid,probability\na,0.5\n');
  const cases: [words: string[], status: number, message: RegExp][] = [
    [['nothing'], 2, /Allowed choices are class-balance, hu, training, .*performance/],
    [['training'], 2, /figure training: expected one source, a run, received 0/],
    [['training', run, run], 2, /expected one source, a run, received 2/],
    [['performance', run], 2, /figure performance: expected no source, received 1/],
    [['training', folder], 1, /expected the folder of a run, with metrics\.jsonl, found another folder/],
    [['training', rows], 1, /expected the folder of a run, .* found a file/],
    [['step-times', join(folder, 'none')], 1, /none: expected the folder of a run, .* found nothing/],
    [['roc', folder], 1, /expected a run, a folder of an evaluation .* found another folder/],
    [['roc', rows], 1, /expected rows of both classes, received 1 of class 1 alone/],
    [['roc', table], 1, /expected columns seriesuid, class and probability, received seriesuid, probability/],
    [['hu', folder], 1, /expected a patch file \(\*-patch\.hdf5\), found another folder/],
    [['hu', table], 1, /table\.csv: expected an HDF5 file/],
    [['training', run, '--annotations', table], 2, /figure training takes no --annotations/],
    [['training', run, '--measured', table], 2, /figure training takes no --measured/],
    [['training', run, '--theme', 'blue'], 2, /Expected one of light, dark, received "blue"/],
    [['training', run, '--format', 'gif'], 2, /Expected one of svg, png, received "gif"/],
  ];
  for (const [words, status, message] of cases) {
    const ended = voxlab('figure', ...words, '--out', folder);
    assert.equal(ended.status, status, `${words}: ${ended.stderr}`);
    assert.match(ended.stderr, message);
    assert.equal(ended.stdout, '');
  }
  assert.match(
    voxlab('figure', '--help').stdout,
    /step-times {5}where the time of a step goes.*\n +from a run, or several/,
  );
});
