import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { accessibilityFaults } from './accessibleFaults.js';
import { type LabPage, type LabWithBrowser, openLab, whyNoLab } from './labPage.js';
import { fitsEverywhere, openWidget, type WidgetPage } from './widgetPage.js';

/** HU of the first volume by world mm; the second has 40 more at the left, 20 less at the right, on a finer grid. */
const STEP = 40;
const HOSTILE = '<img src=x onerror="window.hurt=1">';
const CELL = `import { compareViewer, type Vector3, type Volume, voxelToWorld } from 'voxlab';
const huAt = ([x, y, z]: Vector3): number => 5 * x + 2 * y + 3 * z - 600;
function volumeOf(size: Vector3, spacingMm: Vector3, more: (x: number) => number): Volume {
  const geometry = { size, spacingMm, originMm: [0, 0, 0] as const, direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] as const };
  const data = new Int16Array(size[0] * size[1] * size[2]);
  for (let i = 0; i < data.length; i++) {
    const place = voxelToWorld(geometry, [i % size[0], Math.floor(i / size[0]) % size[1], Math.floor(i / size[0] / size[1])]);
    data[i] = huAt(place) + more(place[0]);
  }
  return { ...geometry, data };
}
const raw = volumeOf([40, 40, 30], [4, 4, 4], () => 0);
// Ends before the first does, along z.
const fine = volumeOf([79, 79, 49], [2, 2, 2], (x) => (x > 80 ? ${STEP} : -20));
const marks = [{ centerWorldMm: [120, 40, 40], class: 1 }, { centerWorldMm: [40, 100, 80], class: 0 }] as const;
const lungs = { ...raw, data: raw.data.map((_, i) => (i % 40 < 10 ? 1 : 0)) };
compareViewer(raw, fine, { names: ['raw', ${JSON.stringify(HOSTILE)}], marks, rangeHu: ${STEP}, overlay: { volume: lungs, opacity: 0.4 } })`;

test('two volumes compared in JupyterLab', { skip: whyNoLab() }, async (t) => {
  let lab: LabWithBrowser;
  let notebook: LabPage;
  let page: Page;
  let widget: WidgetPage;
  before(async () => {
    lab = await openLab();
    widget = await openWidget(lab, 'compare.ipynb', [CELL]);
    ({ notebook, page } = widget);
    await notebook.runAll();
    assert.deepEqual(await notebook.errors(), []);
    await complete(page);
  });
  after(() => lab.close());

  await t.test(
    'both values, their difference and the mm of the world at the crosshair, and its colour',
    async () => {
      // The nodule, where the viewer starts: 5 * 120 + 2 * 40 + 3 * 40 - 600.
      assert.equal(await valuesOf(page), `raw 200 HU   ${HOSTILE} 240 HU   ${HOSTILE} − raw +40 HU`);
      assert.match((await page.textContent('.voxlab-place'))!, /x 120\.0 {2}y 40\.0 {2}z 40\.0 mm LPS/);
      const [left, right] = [await pixelAt(page, 2, 140, 100), await pixelAt(page, 2, 20, 100)];
      assert.deepEqual(left, [255, 166, 66], 'full orange: 40 HU higher');
      assert.ok(right[2]! > 150 && right[2]! > right[0]! + 50, `blue: 20 HU lower, ${right}`);
      assert.equal(await page.evaluate('window.hurt'), undefined);
    },
  );

  await t.test('the pointer in any column says the same of a place; a known voxel has its grey', async () => {
    const [first, second] = await page.$$('.voxlab-plane');
    const perMm = (await first!.boundingBox())!.width / 160;
    for (const column of [first!, second!]) {
      const extent = column === first ? 2 : 1; // mm from the edge to the middle of the first voxel
      await column.hover({ position: { x: (60 + extent) * perMm, y: (80 + extent) * perMm } });
      await page.waitForTimeout(80);
      assert.match((await page.textContent('.voxlab-place'))!, /x 60\.0 {2}y 80\.0 {2}z 40\.0 mm LPS/);
      assert.equal(await valuesOf(page), `raw −20 HU   ${HOSTILE} −40 HU   ${HOSTILE} − raw −20 HU`);
    }
    await page.mouse.move(0, 0);
    const [grey] = await pixelAt(page, 0, 60, 80);
    const expected = (255 * (-20 + 1350)) / 1500;
    assert.ok(Math.abs(grey! - expected) < 4, `${grey} of ${expected}`);
  });

  await t.test(
    'crosshair, slice, zoom, window and plane are those of all columns; keys stay in the viewer',
    async () => {
      const before = await widget.cells();
      await page.focus('.voxlab-plane >> nth=1');
      for (const key of [
        'Shift+ArrowRight',
        'PageUp',
        'PageDown',
        '+',
        'Control+ArrowRight',
        '0',
        'n',
        'v',
        'n',
        '2',
        'f',
        'c',
        ']',
        'm',
        'f',
        'v',
        'Escape',
        '?',
        '?',
        '1',
        'c',
      ]) {
        const looks = await looksOf(page);
        await page.keyboard.press(key);
        await page.waitForTimeout(150);
        await complete(page);
        const now = await looksOf(page);
        if (key !== '?' && key !== 'Escape')
          for (const column of key === ']' ? [2] : [0, 1])
            assert.notEqual(now[column], looks[column], `${key} in column ${column}`);
        const active = await page.evaluate(`document.activeElement.className`);
        assert.equal(active, 'voxlab-plane', `the focus after ${key}`);
      }
      assert.deepEqual(await widget.cells(), before);
      assert.deepEqual([await notebook.errors(), widget.faults], [[], []]);
      assert.deepEqual(await accessibilityFaults(page, '.voxlab-viewer'), []);
    },
  );

  await t.test('a distance is measured in mm, from one column to another', async () => {
    await page.click('button:text-is("axial")');
    await page.selectOption('[aria-label=candidate]', '0');
    await page.focus('.voxlab-plane >> nth=0');
    await page.keyboard.press('m');
    await page.selectOption('[aria-label=candidate]', '1');
    await page.focus('.voxlab-plane >> nth=1');
    await page.keyboard.press('m');
    const mm = Math.hypot(80, 60, 40);
    await page.waitForFunction(
      `document.querySelector('.voxlab-measured').textContent === '↔ ${mm.toFixed(1)} mm'`,
    );
    await page.keyboard.press('Escape');
  });

  await t.test('beyond the second volume nothing is shown', async () => {
    await page.focus('.voxlab-plane >> nth=0');
    await page.keyboard.press('End');
    await page.waitForTimeout(200);
    await complete(page);
    assert.match(await valuesOf(page), / – HU {3}.* – HU$/);
    assert.deepEqual(await pixelAt(page, 2, 120, 100), [0, 0, 0]);
  });

  await t.test(
    'it is kept when the page is loaded again; it fits in light and dark at 700 and 1400 pixels',
    async () => {
      await page.keyboard.press('v');
      await page.waitForTimeout(500);
      await notebook.save();
      await notebook.reload();
      await complete(page);
      assert.equal(await page.getAttribute('button:text-is("coronal")', 'aria-pressed'), 'true');
      await fitsEverywhere(page, async () => assert.equal(await page.locator('.voxlab-plane').count(), 3));
    },
  );

  await t.test("JupyterLab's export to HTML is a living comparison, and asks nobody", async () => {
    const { page: shown, asked } = await widget.exported();
    await complete(shown);
    assert.match(await valuesOf(shown), /^raw 200 HU {3}.* 240 HU {3}.* \+40 HU$/);
    await shown.focus('.voxlab-plane >> nth=0');
    await shown.keyboard.press('v');
    await shown.waitForTimeout(200);
    await complete(shown);
    assert.equal(await shown.getAttribute('button:text-is("coronal")', 'aria-pressed'), 'true');
    assert.deepEqual(
      asked.filter((one) => !/^(data|blob|about):/.test(one)),
      [],
    );
    await shown.close();
    assert.deepEqual(widget.foreign(), []);
  });

  await t.test('a wider range than the slider usually has can be left and gone back to', async () => {
    const wide = await openWidget(lab, 'wide.ipynb', [CELL.replace(`rangeHu: ${STEP}`, 'rangeHu: 2000')]);
    await wide.notebook.runAll();
    await complete(wide.page);
    const range = () => wide.page.inputValue('.voxlab-range input');
    assert.equal(await range(), '2000');
    await wide.page.focus('.voxlab-plane >> nth=0');
    for (const [key, hu] of Object.entries({ '[': '1600', ']': '2000' })) {
      await wide.page.keyboard.press(key);
      await wide.page.waitForTimeout(150);
      assert.equal(await range(), hu, key);
    }
    await wide.page.close();
  });
});

async function complete(page: Page): Promise<void> {
  await page.waitForSelector('.voxlab-compare[data-complete=true]');
}

const valuesOf = async (page: Page): Promise<string> => (await page.textContent('.voxlab-hu'))!;

/** Pictures of the columns. */
function looksOf(page: Page): Promise<string[]> {
  return page.$$eval('.voxlab-plane', (canvases) =>
    canvases.map((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL()),
  );
}

/** Red, green, blue of an axial column at x, y mm of the world, all of the slice being seen. */
function pixelAt(page: Page, column: number, xMm: number, yMm: number): Promise<number[]> {
  return page.evaluate(`(() => {
    const canvas = document.querySelectorAll('.voxlab-plane')[${column}];
    const perMm = canvas.width / ${column === 1 ? 158 : 160};
    const edge = ${column === 1 ? 1 : 2};
    return [...canvas.getContext('2d').getImageData((${xMm} + edge) * perMm, (${yMm} + edge) * perMm, 1, 1).data].slice(0, 3);
  })()`) as Promise<number[]>;
}
