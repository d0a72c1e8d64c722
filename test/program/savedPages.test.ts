import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { inRepository } from '../../src/paths.js';
import { writePatchFile } from '../../src/store/writePatchFile.js';
import { voxlab } from '../commands/voxlab.js';
import { columns, format, provenance, rowsOf } from '../store/patchFixture.js';
import { openBrowser } from './chromium.js';
import { whyNoLab } from './labPage.js';

/** A patch, saved as it is, and a scan that is saved as means; both tell their place by their values. */
const CELLS = [
  `import { chart, sliceViewer } from 'voxlab';
const dataHu = Int16Array.from({ length: 32 ** 3 }, (_, i) => (i % 32) * 20 + (Math.floor(i / 32) % 32) + 7 * Math.floor(i / 1024) - 900);
sliceViewer({ dataHu, format: { dim: 32, slices: 32, spacingMm: [1, 1, 1] } }, { title: 'a </script><b>patch</b>' })`,
  `let state = 1; // noise, which packs badly
const noise = () => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return state % 32; };
const data = Int16Array.from({ length: 200 * 200 * 60 }, (_, i) => (i % 200) * 4 + 2 * (Math.floor(i / 200) % 200) + 5 * Math.floor(i / 40000) - 1000 + noise());
const scan = { data, size: [200, 200, 60], spacingMm: [1, 1, 2], originMm: [5, 6, 7], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] } as const;
sliceViewer(scan, { title: 'scan', marks: [{ centerWorldMm: [65, 86, 67], class: 1 }] })`,
  `chart({ title: 'Loss', x: { title: 'epoch' }, y: { title: 'loss' }, traces: [{ name: 'run', x: [1, 2], y: [1, 0.5] }] })`,
];
const HU_OF_PATCH = ([i, j, k]: readonly number[]): number => i! * 20 + j! + 7 * k! - 900;
const HU_OF_SCAN = ([i, j, k]: readonly number[]): number => i! * 4 + 2 * j! + 5 * k! - 1000 + 15.5;

test('saved pages in a browser', { skip: whyNoLab() }, async (t) => {
  mkdirSync(inRepository('runs'), { recursive: true });
  const folder = mkdtempSync(inRepository('runs', 'pages-test-'));
  let browser: Browser;
  before(async () => {
    const source = join(folder, 'saved.ipynb');
    writeFileSync(source, JSON.stringify(notebookOf(CELLS)));
    const run = voxlab('notebook', 'run', source, '--out', join(folder, 'ran'));
    assert.equal(run.status, 0, run.stderr);
    // As JupyterLab saves it: with the state of its widgets, for which nbconvert would ask the network.
    const ran = JSON.parse(readFileSync(join(folder, 'ran', 'saved.ipynb'), 'utf8'));
    const ids = ran.cells.flatMap((cell: { outputs?: { data?: Record<string, { model_id?: string }> }[] }) =>
      (cell.outputs ?? []).map(({ data }) => data?.['application/vnd.jupyter.widget-view+json']?.model_id),
    );
    const models = ids
      .filter((id: string | undefined) => id !== undefined)
      .map((id: string) => [
        id,
        { model_name: 'AnyModel', model_module: 'anywidget', model_module_version: '*', state: {} },
      ]);
    ran.metadata.widgets = {
      'application/vnd.jupyter.widget-state+json': {
        ...{ version_major: 2, version_minor: 0 },
        state: Object.fromEntries(models),
      },
    };
    writeFileSync(join(folder, 'lab saved.ipynb'), JSON.stringify(ran));
    const pages = voxlab(
      'notebook',
      'gallery',
      join(folder, 'lab saved.ipynb'),
      '--out',
      join(folder, 'gallery'),
    );
    assert.equal(pages.status, 0, pages.stderr);
    browser = await openBrowser();
  });
  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  for (const [name, path] of [
    ['an executed page', 'ran/saved.html'],
    ['the page of a notebook that JupyterLab saved', 'gallery/lab saved.html'],
  ] as const)
    await t.test(`${name} has living viewers, fits 700 to 1600 pixels and asks nobody`, async () => {
      assert.ok(statSync(join(folder, path)).size < 3e6);
      const page = await browser.newPage();
      const asked: string[] = [];
      const errors: string[] = [];
      page.on('request', (request) => asked.push(request.url().slice(0, 60)));
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      page.on('pageerror', (error) => errors.push(String(error)));
      for (const width of [700, 1100, 1600]) {
        await page.setViewportSize({ width, height: 900 });
        await page.goto(`file://${join(folder, path)}`);
        await page.waitForFunction(
          `document.querySelectorAll('.voxlab-viewer[data-complete=true]').length === 2`,
        );
        const [inside, room] = (await page.evaluate(
          '[document.documentElement.scrollWidth, innerWidth]',
        )) as [number, number];
        assert.ok(inside <= room, `${inside} of ${room} pixels`);
        await livesHere(page, 0, HU_OF_PATCH, 0);
        await livesHere(page, 1, HU_OF_SCAN, 14);
        assert.equal(
          (await page.locator('.jp-RenderedSVG img, .jp-OutputArea-output svg').count()) > 0,
          true,
        );
      }
      assert.match((await page.textContent('.voxlab-title'))!, /^a <\/script><b>patch<\/b>$/);
      assert.match((await page.textContent('.voxlab-source >> nth=1'))!, /means of \d × \d × \d voxels/);
      assert.ok(
        asked.every((url) => url.startsWith('file:') || url.startsWith('data:')),
        asked.join(),
      );
      assert.equal(asked.filter((url) => url.startsWith('file:')).length, 3, asked.join());
      assert.deepEqual(errors, []);
      await page.close();
    });

  await t.test(
    'a finger moves the crosshair, two zoom and move the picture, at the width of a telephone',
    async () => {
      const context = await browser.newContext({
        ...{ viewport: { width: 420, height: 900 }, hasTouch: true, isMobile: true },
      });
      const page = await context.newPage();
      await page.goto(`file://${join(folder, 'ran', 'saved.html')}`);
      await page.waitForSelector('.voxlab-viewer[data-complete=true]');
      const canvas = page.locator('.voxlab-plane').first();
      await canvas.scrollIntoViewIfNeeded();
      const { x, y } = (await canvas.boundingBox())!;
      const session = await context.newCDPSession(page);
      const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...points: [number, number][]) =>
        session.send('Input.dispatchTouchEvent', {
          type,
          touchPoints: points.map(([dx, dy], id) => ({ x: x + dx, y: y + dy, id })),
        });
      const said = (of: string) => page.locator(of).first().textContent();
      const before = await said('.voxlab-place');
      await touch('touchStart', [60, 60]);
      await touch('touchMove', [100, 90]);
      await touch('touchEnd');
      await page.waitForTimeout(150);
      assert.notEqual(await said('.voxlab-place'), before);
      assert.equal(await said('.voxlab-zoom'), '100 %');
      await touch('touchStart', [100, 100]);
      await touch('touchStart', [100, 100], [140, 140]);
      for (let i = 1; i <= 8; i++)
        await touch('touchMove', [100 - 5 * i, 100 - 5 * i], [140 + 5 * i, 140 + 5 * i]);
      await touch('touchEnd');
      await page.waitForTimeout(150);
      const zoom = Number.parseInt((await said('.voxlab-zoom'))!, 10);
      assert.ok(zoom > 270 && zoom < 330, `fingers three times as far from each other: ${zoom} %`);
      const { scrollWidth, innerWidth } = (await page.evaluate(
        '({ scrollWidth: document.documentElement.scrollWidth, innerWidth })',
      )) as { scrollWidth: number; innerWidth: number };
      assert.ok(scrollWidth <= innerWidth, `${scrollWidth} of ${innerWidth}`);
      await context.close();
    },
  );

  await t.test('patches are filtered, sorted and opened, and nothing is asked for', async () => {
    const file = join(folder, 'p.hdf5');
    await writePatchFile(file, format, provenance, columns, [rowsOf(0, 5)]);
    const predictions = join(folder, 'predictions.csv');
    const probability = [0.9, 0.2, 0.4, 0.8, 0.1];
    writeFileSync(
      predictions,
      `seriesuid,coordX,coordY,coordZ,probability\n${columns.seriesUid.map((uid, row) => [uid, ...columns.centerWorldMm[row]!, probability[row]].join()).join('\n')}\n`,
    );
    const html = join(folder, 'patches.html');
    const annotations = join(folder, 'annotations.csv');
    writeFileSync(annotations, 'seriesuid,coordX,coordY,coordZ,diameter_mm\na,1,2,3,5\né,0,2,3,20\n');
    const run = voxlab(
      ...['explore', file, '--html', html, '--predictions', predictions, '--annotations', annotations],
    );
    assert.equal(run.status, 0, run.stderr);
    const page = await browser.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url().slice(0, 40)));
    await page.goto(`file://${html}`);
    await page.waitForSelector('.voxlab-tile');
    const rows = (): Promise<number[]> =>
      page.$$eval('.voxlab-tiles .voxlab-tile', (tiles) =>
        tiles.map((tile) => Number((tile as unknown as { dataset: { row: string } }).dataset.row)),
      );
    assert.deepEqual(await rows(), [0, 3, 2, 1, 4]);
    await page.selectOption('[aria-label="sorted by"]', 'row');
    assert.deepEqual(await rows(), [0, 1, 2, 3, 4]);
    const isNodule = (row: number): boolean => columns.classes[row] === 1;
    await page.selectOption('[aria-label=outcome]', 'false positives');
    assert.deepEqual(
      await rows(),
      [0, 1, 2, 3, 4].filter((row) => !isNodule(row) && probability[row]! >= 0.5),
    );
    await page.selectOption('[aria-label=outcome]', 'false negatives');
    assert.deepEqual(
      await rows(),
      [0, 1, 2, 3, 4].filter((row) => isNodule(row) && probability[row]! < 0.5),
    );
    await page.selectOption('[aria-label=outcome]', 'any outcome');
    await page.selectOption('[aria-label="sorted by"]', 'diameter, largest first');
    assert.deepEqual(await rows(), [3, 0, 1, 2, 4]);
    await page.selectOption('[aria-label="sorted by"]', 'diameter, smallest first');
    assert.deepEqual(await rows(), [0, 3, 1, 2, 4]);
    assert.match((await page.textContent('.voxlab-tile'))!, /^row 0 · 0\.90 · 5\.0 mm$/);
    await page.selectOption('[aria-label=diameter]', '> 15 mm');
    assert.deepEqual(await rows(), [3]);
    await page.selectOption('[aria-label=diameter]', 'unknown');
    assert.deepEqual(await rows(), [1, 2, 4]);
    await page.selectOption('[aria-label=diameter]', 'any diameter');
    await page.selectOption('[aria-label="sorted by"]', 'row');
    await page.selectOption('[aria-label=class]', 'nodule');
    assert.deepEqual(await rows(), [0, 1, 2, 3, 4].filter(isNodule));
    const [row] = await rows();
    await page.focus('.voxlab-tile');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.voxlab-viewer[data-complete=true]');
    await page.click('.voxlab-strip .voxlab-tile >> nth=2');
    await page.waitForFunction(`document.querySelector('.voxlab-level').textContent.startsWith('3 / 3')`);
    const hu = (await page.textContent('.voxlab-hu'))!.replace('\u2212', '-');
    // The middle of a slice of 4 x 4 x 3 voxels: column 2, line 2.
    assert.equal(Number.parseInt(hu, 10), rowsOf(row!, 1)[2 * 16 + 2 * 4 + 2]);
    assert.equal(asked.filter((url) => !url.startsWith('data:')).length, 1, asked.join());
    await page.close();
  });

  await t.test('the gallery leads to the pages', async () => {
    const page = await browser.newPage();
    await page.goto(`file://${join(folder, 'gallery', 'index.html')}`);
    assert.equal(await page.locator('li').count(), 1);
    assert.ok(
      (await page
        .locator('.picture img')
        .first()
        .evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)) > 0,
    );
    await page.click('li a');
    await page.waitForSelector('.voxlab-viewer[data-complete=true]');
    await page.close();
  });
});

/** Its readout is that of its voxels, and moves with wheel and keys. */
async function livesHere(
  page: Page,
  nth: number,
  huOf: (voxel: readonly number[]) => number,
  offHu: number,
): Promise<void> {
  const viewer = page.locator('.voxlab-viewer').nth(nth);
  await viewer.scrollIntoViewIfNeeded();
  const read = async (): Promise<number[]> => {
    await page.waitForTimeout(80);
    const hu = Number(
      (await viewer.locator('.voxlab-hu').textContent())!.replace('\u2212', '-').replace(' HU', ''),
    );
    const place = (await viewer.locator('.voxlab-place').textContent())!;
    const voxel = /voxel (\d+), (\d+), (\d+)/.exec(place)!.slice(1).map(Number);
    assert.ok(Math.abs(hu - huOf(voxel)) <= offHu, `${hu} HU at ${voxel}, expected ${huOf(voxel)}`);
    return voxel;
  };
  const canvas = viewer.locator('canvas').first();
  const { width, height } = (await canvas.boundingBox())!;
  await canvas.hover({ position: { x: width * 0.4, y: height * 0.4 } });
  const before = await read();
  await page.mouse.wheel(0, -200);
  const after = await read();
  assert.ok(after[2]! > before[2]! && after[0] === before[0], `${before} ${after}`);
  await canvas.focus();
  await page.keyboard.press('Home');
  assert.ok((await read())[2]! < before[2]!);
}

function notebookOf(cells: readonly string[]): object {
  return {
    ...{ nbformat: 4, nbformat_minor: 5 },
    metadata: { kernelspec: { name: 'voxlab', display_name: 'TypeScript (voxlab)', language: 'typescript' } },
    cells: cells.map((source, index) => ({
      ...{ id: `cell-${index}`, cell_type: 'code', source, metadata: {}, outputs: [], execution_count: null },
    })),
  };
}
