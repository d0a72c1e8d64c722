import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { inRepository } from '../../src/paths.js';
import { voxlab } from '../commands/voxlab.js';
import { openLab, whyNoLab } from './labPage.js';

const out = mkdtempSync(join(tmpdir(), 'voxlab-notebooks-'));
after(() => rmSync(out, { recursive: true }));
before(() => {
  for (const words of [['sample'], ['crop', '--subset', 'all']]) {
    const { status, stderr } = voxlab(...words);
    assert.equal(status, 0, stderr);
  }
});

interface Output {
  readonly output_type: string;
  readonly text?: readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Runs a notebook in a real kernel (nbclient) and returns the outputs of its code cells. */
function outputsOf(name: string): Output[] {
  const { status, stderr } = voxlab('notebook', 'run', name, '--out', out);
  assert.equal(status, 0, stderr);
  const { cells } = JSON.parse(readFileSync(join(out, `${name}.ipynb`), 'utf8')) as {
    cells: { outputs?: Output[] }[];
  };
  return cells.flatMap(({ outputs }) => outputs ?? []);
}

const shown = (outputs: readonly Output[], type: string): number =>
  outputs.filter(({ data }) => data !== undefined && type in data).length;
const finding = (outputs: readonly Output[]): string => outputs.at(-1)!.text!.join('');

const NOTEBOOKS = [
  '01-scan.ipynb',
  '02-crop-step-by-step.ipynb',
  '03-feed.ipynb',
  '04-train.ipynb',
  '05-gpu-usage.ipynb',
];

test('every notebook is run here', () => {
  const names = readdirSync(inRepository('notebooks')).filter((name) => name.endsWith('.ipynb'));
  assert.deepEqual(names, NOTEBOOKS);
});

test('01-scan shows three planes twice and a viewer, of which the page keeps a picture; all nodules lie inside', () => {
  const outputs = outputsOf('01-scan');
  assert.equal(shown(outputs, 'image/svg+xml'), 2);
  assert.equal(shown(outputs, 'application/vnd.jupyter.widget-view+json'), 1);
  const page = readFileSync(join(out, '01-scan.html'), 'utf8');
  assert.match(page, /<img alt="scan \d+: [^"]*" src="data:image\/svg\+xml,%3Csvg/);
  assert.doesNotMatch(
    page,
    /jupyter\.widget-(view|state)\+json"/,
    'no widget that a page would have to load',
  );
  const [, inside, all] = /(\d+) of (\d+) nodules lie inside/.exec(finding(outputs))!;
  assert.equal(inside, all);
});

test('02-crop-step-by-step shows the planes before and after, slices, interpolation, intensities, nodules and others', () => {
  const outputs = outputsOf('02-crop-step-by-step');
  assert.equal(shown(outputs, 'image/svg+xml'), 7);
  assert.match(finding(outputs), /1792 patches, 256 nodules/);
});

test('03-feed shows patches before and after, and what each sampling draws', () => {
  const outputs = outputsOf('03-feed');
  assert.equal(shown(outputs, 'image/svg+xml'), 7);
  assert.equal(shown(outputs, 'application/vnd.plotly.v1+json'), 2);
  assert.match(finding(outputs), /balanced: 50\.0 % nodules.*natural: .* all of \d+ rows/s);
});

test('04-train: the live curve and what was read are drawn, and the held-out ROC AUC is at least 0.75, its lower bound above 0.5', () => {
  const outputs = outputsOf('04-train');
  assert.equal(shown(outputs, 'application/vnd.plotly.v1+json'), 4);
  const [, area, low] = /ROC AUC ([\d.]+) \(95 % ([\d.]+)/.exec(finding(outputs))!;
  assert.ok(Number(area) >= 0.75 && Number(low) > 0.5, finding(outputs));
});

test('05-gpu-usage draws both figures and finds 32.7 % and 34.5 %', () => {
  const outputs = outputsOf('05-gpu-usage');
  assert.equal(shown(outputs, 'application/vnd.plotly.v1+json'), 2);
  assert.match(finding(outputs), /mean 32\.7 %, idle in 34\.5 % of samples/);
});

test('the same in JupyterLab: no error, and every figure is drawn', { skip: whyNoLab() }, async (t) => {
  const lab = await openLab();
  // LAB_SCREENSHOTS names a folder where they are kept.
  const pictures = process.env.LAB_SCREENSHOTS ?? join(out, 'screenshots');
  for (const name of NOTEBOOKS)
    await t.test(name, async () => {
      copyFileSync(inRepository('notebooks', name), join(lab.folder, name));
      const notebook = await lab.open(name);
      await notebook.runAll();
      assert.deepEqual(await notebook.errors(), []);
      assert.deepEqual(await notebook.emptyOutputs(), []);
      await notebook.screenshot(join(pictures, name.replace('.ipynb', '.png')));
      await notebook.page.close();
    });
  await lab.close();
});
