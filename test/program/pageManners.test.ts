import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { inRepository } from '../../src/paths.js';
import { voxlab } from '../commands/voxlab.js';
import { openBrowser } from './chromium.js';
import { notebookOf, whyNoLab } from './labPage.js';

const TEXT = `# Units $x^2$

Inline $\\mathrm{HU} = 1000\\,\\frac{\\mu-\\mu_w}{\\mu_w}$, and it costs $5 or $6.

$$\\hat y = \\sum_{i=1}^N w_i x_i$$

\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}`;
const CELLS = [
  `import { display, progress, sliceViewer } from 'voxlab';
display({ 'text/latex': '$$E = mc^2$$', 'text/plain': 'E' });
display({ 'text/markdown': 'a *word* and $\\\\alpha$' });`,
  `const bar = progress({ label: 'work', total: 4 });
display(bar);
bar.update(3);
bar.finish('cancelled');`,
  `const dataHu = Int16Array.from({ length: 32 ** 3 }, (_, i) => (i % 32) * 20 - 900);
sliceViewer({ dataHu, format: { dim: 32, slices: 32, spacingMm: [1, 1, 1] } }, { title: 'patch' })`,
  "Array.from({ length: 300 }, (_, i) => ({ row: i, name: 'n' + i }))",
  `const list = [${'1234567890, '.repeat(30)}];`,
];

test('pages of notebooks', { skip: whyNoLab() }, async (t) => {
  mkdirSync(inRepository('runs'), { recursive: true });
  const folder = mkdtempSync(inRepository('runs', 'page-manners-test-'));
  const html = join(folder, 'ran', 'page.html');
  let browser: Browser;
  before(async () => {
    const source = join(folder, 'page.ipynb');
    writeFileSync(source, JSON.stringify(notebookOf(CELLS, TEXT)));
    const { status, stderr } = voxlab('notebook', 'run', source, '--out', join(folder, 'ran'));
    assert.equal(status, 0, stderr);
    browser = await openBrowser();
  });
  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  await t.test('formulas are drawn without scripts, those of outputs, too; money is none', async () => {
    const page = await browser.newPage({ javaScriptEnabled: false });
    await page.goto(pathToFileURL(html).href);
    const text = readFileSync(html, 'utf8');
    assert.equal(text.match(/<math[ >]/g)?.length, 6);
    assert.equal(text.match(/<math display="block"/g)?.length, 3);
    assert.match(text, /costs \$5 or \$6\./);
    assert.doesNotMatch(text, /voxlab-formula|MathJax|\\frac|\\sum/);
    // A fraction is drawn as one: its denominator lies below.
    const top = async (of: string): Promise<number> => (await page.locator(of).first().boundingBox())!.y;
    assert.ok((await top('math mfrac > :nth-child(2)')) > (await top('math mfrac > :nth-child(1)')) + 5);
    await page.close();
  });

  await t.test('a page without formulas has nothing of them', () => {
    const plain = join(folder, 'plain.ipynb');
    writeFileSync(plain, JSON.stringify({ ...notebookOf(CELLS, TEXT), cells: [] }));
    const { status, stderr } = voxlab('notebook', 'gallery', plain, '--out', join(folder, 'gallery'));
    assert.equal(status, 0, stderr);
    assert.doesNotMatch(readFileSync(join(folder, 'gallery', 'plain.html'), 'utf8'), /tml-display/);
  });

  await t.test('a progress bar has its last state', async () => {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(html).href);
    assert.equal(await page.textContent('.voxlab-progress-still span'), '75 % · 3 of 4 · 0:00 · cancelled');
    const value = await page.locator('.voxlab-progress-still progress').getAttribute('value');
    assert.equal(value, '0.75');
    await page.close();
  });

  await t.test(
    'printed, nothing is cut off: code wraps, viewers fit the paper, tables are whole',
    async () => {
      const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
      await page.goto(pathToFileURL(html).href);
      await page.waitForSelector('.voxlab-viewer[data-complete=true]');
      const pdf = await page.pdf({ format: 'A4' });
      assert.ok(pdf.length > 10_000 && pdf.length < 3e6);
      // As wide as A4 between its margins.
      await page.emulateMedia({ media: 'print' });
      await page.setViewportSize({ width: 720, height: 1000 });
      await page.waitForTimeout(300);
      const seen = (await page.evaluate(`(() => {
      const right = (of) => Math.max(...[...document.querySelectorAll(of)].map((e) => e.getBoundingClientRect().right));
      const records = document.querySelector('.voxlab-records');
      return {
        page: document.documentElement.scrollWidth, planes: right('.voxlab-plane'), code: right('.highlight pre'),
        hidden: records.scrollHeight - records.clientHeight, prompts: getComputedStyle(document.querySelector('.jp-InputPrompt')).display,
      };
    })()`)) as Record<string, number | string>;
      assert.ok(
        Number(seen.page) <= 720 && Number(seen.planes) <= 720 && Number(seen.code) <= 720,
        JSON.stringify(seen),
      );
      assert.deepEqual([seen.hidden, seen.prompts], [0, 'none']);
      await page.close();
    },
  );

  await t.test('a viewer lives where scripts are run as VS Code runs them, behind the output', async () => {
    const ran = JSON.parse(readFileSync(join(folder, 'ran', 'page.ipynb'), 'utf8'));
    const output = [ran.cells[3].outputs[0].data['text/html']].flat().join('');
    const page = await browser.newPage();
    await page.setContent('<main></main>');
    await page.evaluate(`(() => {
      const place = document.createElement('div');
      place.innerHTML = ${JSON.stringify(output)};
      document.querySelector('main').append(place);
      for (const found of [...place.querySelectorAll('script')]) {
        const copy = document.createElement('script');
        copy.text = found.textContent;
        if (found.type) copy.type = found.type;
        place.append(copy);
        copy.remove();
      }
    })()`);
    await page.waitForSelector('.voxlab-viewer[data-complete=true]');
    await page.close();
  });
});
