import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { inRepository } from '../../src/paths.js';
import { openPatchFile } from '../../src/store/patchFile.js';
import { voxlab } from '../commands/voxlab.js';
import { trainedOnChests } from '../evaluation/chestRun.js';
import { HEADER, writeScan } from '../patches/cropFixture.js';
import { notebookOf } from './labPage.js';

/** What a run needs to find its data again on this machine, and what only `--from` and later versions read; docs/reliability.md. */
const OF_THIS_MACHINE =
  /^((run|made\/folds\/fold-\d)\/(config\.json|checkpoints\/[^/]+\/meta\.json)|made\/folds\/crossval\.json)$/;

/** A value, and a stack that the kernel has mapped. */
const CELLS = [
  'let shares = [0.5, 0.25];\nshares',
  "function load(): never {\n  throw new Error('none');\n}\ntry {\n  load();\n} catch (error) {\n  console.error((error as Error).stack);\n}",
];

function done(...words: string[]): string {
  const { status, stdout, stderr } = voxlab(...words);
  assert.equal(status, 0, `${words.join(' ')}: ${stderr}`);
  return stdout;
}

/** All that people hand on of a run and of scans, written into `folder` by every command that writes files. */
function writeEverything(folder: string, run: string, candidates: string): void {
  const out = (name: string): string => join(folder, 'made', name);
  const scan = join(folder, 'scans', 'subset2', 'chest2.mhd');
  const patches = join(folder, 'patches', '16x16x16-patch.hdf5');
  const annotations = join(folder, 'annotations.csv');
  const nodules = readFileSync(candidates, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith(',1'))
    .map((line) => line.replace(/,1$/, ',10'));
  writeFileSync(annotations, ['seriesuid,coordX,coordY,coordZ,diameter_mm', ...nodules, ''].join('\n'));
  writeFileSync(join(folder, 'uids.csv'), 'chest2\n');
  done('evaluate', run, '--annotations', annotations);
  done(
    'predict',
    run,
    scan,
    ...['--most', '5', '--heatmap', '--heatmap-spacing', '16', '--out', out('predicted')],
  );
  done('explain', run, '--rows', '0,1', '--out', out('explained'));
  done('explore', patches, '--html', out('gallery.html'));
  const submission = join(run, 'predictions.csv');
  done(
    'froc',
    submission,
    '--annotations',
    annotations,
    '--seriesuids',
    join(folder, 'uids.csv'),
    '--out',
    out('froc'),
  );
  done('detect', scan, '--most', '5', '--out', out('detected.csv'));
  done('tables', 'marks', submission, '--out', out('marks'));
  done('gpu', 'plot', inRepository('data/gpustat/k80x8_2018.txt'), '--out', out('gpu'));
  for (const to of ['onnx', 'keras', 'savedmodel', 'tfjs', 'safetensors', 'tensorboard'])
    done('export', run, '--to', to);
  for (const name of ['training', 'roc', 'pr', 'calibration'])
    done('figure', name, run, '--out', out('figures'));
  done('notebook', 'gallery', inRepository('notebooks/01-scan.ipynb'), '--out', out('notebooks'));
  const notebook = join(folder, 'shown.ipynb');
  writeFileSync(notebook, JSON.stringify(notebookOf(CELLS)));
  done('notebook', 'run', notebook, '--out', out('executed'));
  const how = [
    '--filters',
    '4',
    '--batch',
    '8',
    '--epochs',
    '1',
    '--jobs',
    '2',
    '--annotations',
    annotations,
  ];
  done('crossval', '--data', patches, '--out', out('folds'), ...how);
  done('sample', '--out', out('sample'), '--scans', '1');
}

/** Not through links, such as that to a run's best checkpoint: Node follows them from version 22 on. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && realpathSync(entry.parentPath) === entry.parentPath)
    .map((entry) => join(entry.parentPath, entry.name));
}

test('files that are handed on hold no path of this machine, and every page says what it may do', async (t) => {
  const { folder, run, candidatesPath } = await trainedOnChests(t);
  mkdirSync(join(folder, 'made'));
  writeEverything(folder, run, candidatesPath);
  const pages: string[] = [];
  for (const file of filesBelow(folder)) {
    const name = relative(folder, file);
    const bytes = readFileSync(file);
    const content = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
    if (name.endsWith('.html')) pages.push(name);
    if (OF_THIS_MACHINE.test(name)) continue;
    for (const place of [folder, inRepository(), process.env.HOME ?? ''].filter((each) => each.length > 1))
      assert.equal(
        content.includes(`${place}/`) || content.includes(`"${place}"`),
        false,
        `${name} holds ${place}`,
      );
  }
  for (const page of pages) {
    const text = readFileSync(join(folder, page), 'utf8');
    // Before anything that could load or run.
    const head = text.slice(0, text.search(/<(script|style|link|img|body)\b/i));
    const element = /<meta [^>]*"Content-Security-Policy"[^>]*>/.exec(head)?.[0] ?? '';
    const policy = /content="([^"]*)"/.exec(element);
    assert.match(policy?.[1] ?? '', /^default-src 'none'; .*base-uri 'none'; form-action 'none'$/, page);
    assert.doesNotMatch(policy![1]!, /https?:|\*|'self'|connect-src/, page);
  }
  // Each of the kinds of pages that commands write.
  assert.deepEqual(pages.map((page) => basename(page)).sort(), [
    ...['01-scan.html', 'chest2.html', 'explain.html', 'froc.html', 'gallery.html'],
    ...['index.html', 'index.html', 'k80x8_2018-gpu.html', 'shown.html'],
  ]);
});

test('the reasons of scans that could not be read name no place of this machine, wherever they lie', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-shared-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const raw = join(folder, 'with blanks', 'raw');
  writeScan(join(raw, 'subset0'), 'good');
  writeScan(join(raw, 'subset0'), 'elsewhere');
  const header = join(raw, 'subset0', 'elsewhere.mhd');
  writeFileSync(
    header,
    readFileSync(header, 'utf8').replace('elsewhere.raw', join(folder, 'not there', 'x.raw')),
  );
  writeFileSync(join(raw, 'subset0', 'text.nrrd'), 'no scan');
  const rows = ['good', 'elsewhere', 'text'].map((uid) => `${uid},1,2,3,1`);
  writeFileSync(join(raw, 'candidates_V2.csv'), [HEADER, ...rows, ''].join('\n'));
  const config = join(folder, 'crop.ini');
  writeFileSync(
    config,
    `[local]\nLUNA_PATH = ${raw}\nCSV_PATH = ${raw}\nPREPROCESSED_PATH = ${join(folder, 'out')}\n`,
  );
  const { status, stderr } = voxlab('crop', '--config', config, '--dim', '8', '--slices', '6');
  assert.equal(status, 1, stderr);
  const patches = await openPatchFile(join(folder, 'out', '8x8x6-patch.hdf5'));
  const { failedScans } = patches.provenance!;
  await patches.close();
  assert.deepEqual(Object.keys(failedScans!).sort(), ['elsewhere', 'text']);
  assert.match(failedScans!.text!, /^subset0\/text\.nrrd:/);
  assert.match(failedScans!.elsewhere!, /^subset0\/elsewhere\.mhd:.*x\.raw/);
  for (const reason of Object.values(failedScans!))
    assert.doesNotMatch(reason, /(^|[\s"'(])\/|voxlab-shared/);
});
