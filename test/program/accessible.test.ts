import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { explanationPage } from '../../src/figures/explanationPage.js';
import { predictionPage } from '../../src/figures/predictionPage.js';
import { patchGeometry } from '../../src/patches/patchGrid.js';
import { inRepository } from '../../src/paths.js';
import { writePatchFile } from '../../src/store/writePatchFile.js';
import { voxlab } from '../commands/voxlab.js';
import { exchangeRun } from '../exchange/exchangeRun.js';
import { columns, format, provenance, rowsOf } from '../store/patchFixture.js';
import { accessibilityFaults } from './accessibleFaults.js';
import { openBrowser } from './chromium.js';
import { notebookOf, openLab, whyNoLab } from './labPage.js';

/** Something of all that cells show. */
const CELLS = [
  `import { button, chart, display, progress, select, sliceViewer, slider, tf } from 'voxlab';
const dataHu = Int16Array.from({ length: 32 ** 3 }, (_, i) => (i % 32) * 20 - 900);
const format = { dim: 32, slices: 32, spacingMm: [1, 1, 1] } as const;
display({ dataHu, format });
const scan = { data: dataHu, size: [32, 32, 32], spacingMm: [1, 1, 2], originMm: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] } as const;
display(sliceViewer(scan, { title: 'scan', marks: [{ centerWorldMm: [5, 6, 7], class: 1 }], overlay: { volume: { ...scan, data: new Float32Array(32 ** 3).fill(0.3) } } }));
sliceViewer({ dataHu, format }, { title: 'patch' })`,
  `display(chart({ title: 'Loss', x: { title: 'epoch' }, y: { title: 'loss' }, traces: [{ name: 'run', x: [1, 2], y: [1, 0.5] }] }));
const bar = progress({ label: 'work', total: 4 });
display(bar);
bar.update(3, 'a word');
bar.finish('cancelled');
display(slider({ label: 'slice', min: 0, max: 63 }));
display(slider({ min: 0, max: 63 }));
display(select(['one', 'two'], { label: 'choice' }));
display(progress());
button('press')`,
  `display([{ name: 'a', value: 1 }, { name: 'b', value: 2 }]);
console.table([{ name: 'a', value: 1 }]);
console.error('told');
tf.ones([2, 16, 16])`,
  `function fail(): void { throw new Error('broken', { cause: new RangeError('why') }); } // a comment, 'a text', 12.5
fail()`,
];
const TEXT =
  '# Title\n\nText with `code`, a [link](https://example.org) and a formula $\\frac{a}{b}$.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```ts\nconst a = 1; // said\n```';

test('pages have no serious fault that axe-core finds, in a light and a dark browser', {
  skip: whyNoLab(),
}, async (t) => {
  mkdirSync(inRepository('runs'), { recursive: true });
  const folder = mkdtempSync(inRepository('runs', 'accessible-test-'));
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });
  const checked = async (path: string, ready: string): Promise<void> => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.newPage({ colorScheme, viewport: { width: 1100, height: 900 } });
      await page.goto(pathToFileURL(path).href);
      await page.waitForSelector(ready);
      assert.deepEqual(await accessibilityFaults(page), [], `${path}, ${colorScheme}`);
      await page.close();
    }
  };

  await t.test('an executed notebook and the gallery', async () => {
    const source = join(folder, 'all.ipynb');
    writeFileSync(source, JSON.stringify(notebookOf(CELLS, TEXT)));
    const ran = voxlab('notebook', 'run', source, '--out', join(folder, 'ran'));
    assert.match(ran.stderr + ran.stdout, /broken/);
    await checked(join(folder, 'ran', 'all.html'), '.voxlab-viewer[data-complete=true]');
    const pages = voxlab(
      'notebook',
      'gallery',
      join(folder, 'ran', 'all.ipynb'),
      '--out',
      join(folder, 'gallery'),
    );
    assert.equal(pages.status, 0, pages.stderr);
    await checked(join(folder, 'gallery', 'index.html'), 'li a');
  });

  await t.test('patches, and one of them opened', async () => {
    const file = join(folder, 'p.hdf5');
    await writePatchFile(file, format, provenance, columns, [rowsOf(0, 5)]);
    const html = join(folder, 'patches.html');
    const { status, stderr } = voxlab('explore', file, '--html', html);
    assert.equal(status, 0, stderr);
    await checked(html, '.voxlab-tile');
    const page = await browser.newPage();
    await page.goto(pathToFileURL(html).href);
    await page.click('.voxlab-tile');
    await page.waitForSelector('.voxlab-viewer[data-complete=true]');
    await page.click('.voxlab-tools button:has-text("?")');
    assert.deepEqual(await accessibilityFaults(page), []);
    await page.close();
  });

  await t.test('marks of a scan', async () => {
    const html = join(folder, 'marks.html');
    const volume = {
      ...patchGeometry({ dim: 10, slices: 10, spacingMm: [1, 1, 1] }),
      data: new Int16Array(1000).fill(-800),
    };
    const mark = {
      diameterMm: 7,
      probability: 0.9,
      patchHu: new Int16Array(512),
      centerWorldMm: [0, 0, 0],
    } as const;
    writeFileSync(
      html,
      predictionPage({
        scan: 'scan',
        volume,
        marks: [mark],
        patch: { dim: 8, slices: 8 },
        lines: ['a line'],
      }),
    );
    await checked(html, 'table');
  });

  await t.test('explanations', async () => {
    const html = join(folder, 'explained.html');
    const map = {
      ...patchGeometry({ dim: 8, slices: 6, spacingMm: [1, 1, 1] }),
      data: new Float32Array(8 * 8 * 6).fill(0.3),
    };
    const patch = {
      title: 'row 3',
      class: 1,
      patchHu: new Int16Array(8 * 8 * 6),
      map,
      peakVoxel: undefined,
      lines: ['Grad-CAM'],
    };
    writeFileSync(html, explanationPage({ title: 'run', patches: [patch, patch], lines: ['a line'] }));
    await checked(html, 'figure svg');
  });

  await t.test('GPU use', async () => {
    const log = inRepository('data', 'gpustat', 'k80x8_2018.txt');
    const { files } = JSON.parse(voxlab('gpu', 'plot', log, '--out', folder, '--json').stdout);
    await checked(files.page, '#figure2 .barlayer path');
  });

  await t.test('the page that scores a patch', async (scored) => {
    const { run } = await exchangeRun(scored);
    const out = join(folder, 'tfjs');
    const { status, stderr } = voxlab('export', run, '--to', 'tfjs', '--out', out);
    assert.equal(status, 0, stderr);
    await checked(join(out, 'index.html'), '#how:not(:empty)');
  });
});

test('widgets in JupyterLab have no serious fault that axe-core finds, in the light and the dark theme', {
  skip: whyNoLab(),
}, async (t) => {
  const lab = await openLab();
  t.after(() => lab.close());
  lab.write('all.ipynb', CELLS);
  const notebook = await lab.open('all.ipynb');
  await notebook.runAll();
  await notebook.page.waitForSelector('.voxlab-viewer[data-complete=true]');
  for (const theme of ['JupyterLab Light', 'JupyterLab Dark']) {
    await notebook.page.evaluate(
      `window.jupyterapp.commands.execute('apputils:change-theme', { theme: ${JSON.stringify(theme)} })`,
    );
    await notebook.page.waitForTimeout(1000);
    assert.deepEqual(await accessibilityFaults(notebook.page, '.jp-OutputArea-output'), [], theme);
  }
});

test("JupyterLab's export to HTML draws formulas, too", { skip: whyNoLab() }, async (t) => {
  const lab = await openLab();
  t.after(() => lab.close());
  writeFileSync(join(lab.folder, 'formula.ipynb'), JSON.stringify(notebookOf([], TEXT)));
  lab.write('any.ipynb', ['1']);
  const { page } = await lab.open('any.ipynb');
  const { origin } = new URL(page.url());
  const answer = await page.request.get(
    `${origin}/nbconvert/html/formula.ipynb?download=false&token=${lab.token}`,
  );
  assert.match(await answer.text(), /<math><mfrac><mi>a<\/mi><mi>b<\/mi><\/mfrac><\/math>/);
});
