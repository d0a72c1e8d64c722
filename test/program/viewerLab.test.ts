import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { comparePicture, settledLayout } from './comparePicture.js';
import { type LabPage, type LabWithBrowser, openLab, whyNoLab } from './labPage.js';
import { CLICKED, KEYS, SOME_KEYS, TARGETS } from './widgetKeys.js';

const SIZE = [40, 50, 60] as const;
/** HU of the phantom: along each axis it rises evenly, so that a value tells its place, and a pixel its value. */
const huAt = ([i, j, k]: readonly number[]): number => i! * 20 + j! + 7 * k! - 900;

const CELLS = [
  `import { button, display, progress, select, sliceViewer, slider, usePanel } from 'voxlab';
const data = Int16Array.from({ length: 40 * 50 * 60 }, (_, i) => (i % 40) * 20 + (Math.floor(i / 40) % 50) + 7 * Math.floor(i / 2000) - 900);
const scan = { data, size: [40, 50, 60], spacingMm: [2, 2, 1.5], originMm: [5, 6, 7], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1], displayWindow: { low: -1000, high: 400 } } as const;
const marks = [{ centerWorldMm: [25, 26, 22], class: 1 }, { centerWorldMm: [65, 86, 82], class: 0 }] as const;
const viewer = sliceViewer(scan, { title: 'phantom', marks });
viewer`,
  `const z = slider({ label: 'z, mm', min: 10, max: 90 });
z.onChange((mm) => { viewer.positionMm = [viewer.positionMm[0], viewer.positionMm[1], mm]; });
z`,
  `const go = button('Say'); go`,
  `const which = select(['first', 'second'], { label: 'which' }); which`,
  `const bar = progress({ label: 'work' }); display(bar); bar.update(0);`,
  `for await (const _ of usePanel().follow((async function* () {})())) break;`,
];

test('the viewer and its keys in JupyterLab', { skip: whyNoLab() }, async (t) => {
  let lab: LabWithBrowser;
  let notebook: LabPage;
  let page: Page;
  before(async () => {
    lab = await openLab();
    lab.write('viewer.ipynb', CELLS);
    notebook = await lab.open('viewer.ipynb');
    page = notebook.page;
    await notebook.runAll();
    await complete(page);
  });
  after(() => lab.close());

  await t.test('picture and readout under a resting pointer move together, whatever moves them', async () => {
    await page.hover('.voxlab-plane >> nth=0', { position: { x: 100, y: 120 } });
    const at = await mouseIn(page, 0, [100, 120]);
    await consistent(page, at);
    for (const [name, move] of Object.entries(MOVES)) {
      const before = await stateOf(page);
      await move(page);
      await page
        .waitForFunction(
          `(${STATE})() !== ${JSON.stringify(before)} && document.querySelector('.voxlab-viewer[data-complete=true]')`,
          undefined,
          { timeout: 5000, polling: 50 },
        )
        .catch(() => assert.fail(`${name} moved nothing`));
      await page.waitForTimeout(60);
      await consistent(page, at, name);
    }
    assert.deepEqual(await notebook.errors(), []);
  });

  await t.test('while slices are on their way the readout is that of the slice that is shown', async () => {
    await page.keyboard.press('0');
    await page.evaluate(`window.seen = []; window.sampling = true; (function sample() {
      const planes = document.querySelectorAll('.voxlab-plane');
      window.seen.push([document.querySelector('.voxlab-hu').textContent, document.querySelector('.voxlab-place').textContent, planes[0].dataset.level, document.querySelector('.voxlab-level').textContent]);
      if (window.sampling) requestAnimationFrame(sample);
    })()`);
    for (let i = 0; i < 30; i++) await page.mouse.wheel(0, i < 15 ? 100 : -100);
    await complete(page);
    const seen = (await page.evaluate('window.sampling = false, window.seen')) as string[][];
    const levels = new Set(seen.map(([, , level]) => level));
    assert.ok(seen.length > 5 && levels.size > 3, `${seen.length} frames, ${levels.size} slices`);
    for (const [hu, place, level, caption] of seen) {
      const voxel = voxelIn(place!);
      assert.equal(numberIn(hu!), huAt(voxel), `${hu} ${place}`);
      assert.equal(String(voxel[2]), level);
      assert.match(caption!, new RegExp(`^${voxel[2]! + 1} / 60`));
    }
  });

  await t.test('a distance is measured between slices and planes, by pointer and by keys', async () => {
    await page.evaluate(`document.querySelector('.voxlab-viewer [data-preset=lung]').click()`);
    await page.keyboard.press('Escape');
    await page.selectOption('[aria-label=candidate]', '0');
    await page.focus('.voxlab-plane >> nth=0');
    await page.keyboard.press('m');
    await page.selectOption('[aria-label=candidate]', '1');
    await page.focus('.voxlab-plane >> nth=0');
    await page.keyboard.press('m');
    const mm = Math.hypot(40, 60, 60);
    await page.waitForFunction(
      `document.querySelector('.voxlab-measured').textContent === '↔ ${mm.toFixed(1)} mm'`,
    );
    await page.keyboard.press('Escape');
    await page.click('[aria-label^=distance]');
    const [axial, coronal] = await page.$$('.voxlab-plane');
    const perMm = (await axial!.boundingBox())!.width / 80;
    await axial!.click({ position: { x: 20 * perMm, y: 40 * perMm } });
    await axial!.click({ position: { x: 50 * perMm, y: 80 * perMm } });
    await page.waitForTimeout(100);
    const flat = numberIn((await page.textContent('.voxlab-measured'))!);
    assert.ok(Math.abs(flat - 50) < 1, `${flat} of 50 mm`);
    // From a place in an axial slice to one in a coronal one.
    await axial!.click({ position: { x: 20 * perMm, y: 40 * perMm } });
    const start = voxelIn((await page.textContent('.voxlab-place'))!);
    await coronal!.click({ position: { x: 50 * perMm, y: 30 * perMm } });
    const end = voxelIn((await page.textContent('.voxlab-place'))!);
    const expected = Math.hypot(...[2, 2, 1.5].map((spacing, axis) => spacing * (end[axis]! - start[axis]!)));
    await page.waitForTimeout(100);
    const through = numberIn((await page.textContent('.voxlab-measured'))!);
    assert.ok(start[1] !== end[1] && start[2] !== end[2]);
    assert.ok(Math.abs(through - expected) < 3, `${through} of ${expected} mm, which is known to a voxel`);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
  });

  await t.test(
    'window, crosshair and the side of the left are kept when the page is loaded again',
    async () => {
      await notebook.save();
      await page.focus('.voxlab-plane >> nth=0');
      for (const key of ['4', 'c', 'f']) await page.keyboard.press(key);
      await page.waitForTimeout(500); // Jupyter's front end tells the kernel one change after the other
      await notebook.reload();
      await page.evaluate('window.jupyterapp.shell.collapseLeft()');
      await complete(page);
      assert.equal(await page.getAttribute('[data-preset=DICOM]', 'aria-pressed'), 'true');
      assert.equal(await page.getAttribute('[aria-label^=crosshair]', 'aria-pressed'), 'false');
      assert.match((await page.getAttribute('.voxlab-tools button >> nth=5', 'title'))!, /neurologists/);
      await page.focus('.voxlab-plane >> nth=0');
      for (const key of ['1', 'c', 'f']) await page.keyboard.press(key);
    },
  );

  await t.test("JupyterLab's export to HTML is a page that loads nothing, with a living viewer", async () => {
    const url = new URL(page.url());
    const saved = await page.request.get(
      `${url.origin}/nbconvert/html/viewer.ipynb?download=false&token=${lab.token}`,
    );
    const html = await saved.text();
    assert.equal(saved.status(), 200, html.slice(0, 500));
    assert.doesNotMatch(html, /<script[^>]* src=|import\("https/);
    const shown = await page.context().newPage();
    await shown.setContent(html);
    await complete(shown);
    await shown.close();
  });

  await t.test('in both themes, from 420 to 1600 pixels, it looks as it did', async () => {
    await page.selectOption('[aria-label=candidate]', '0');
    await page.focus('.voxlab-plane >> nth=0');
    for (const key of ['1', 'm', 'PageUp', 'Shift+ArrowRight', 'Shift+ArrowRight', 'm', '+', '+'])
      await page.keyboard.press(key);
    await page.mouse.move(0, 0);
    const sheet = await page.context().newPage();
    for (const theme of ['Light', 'Dark']) {
      await page.evaluate(
        `window.jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab ${theme}' })`,
      );
      await page.waitForFunction(`document.body.dataset.jpThemeName === 'JupyterLab ${theme}'`);
      for (const width of theme === 'Light' ? [900] : [420, 900, 1600]) {
        await page.setViewportSize({ width, height: 1000 });
        await page.waitForFunction(
          `document.querySelector('.voxlab-planes').dataset.stacked === '${width < 700}'`,
        );
        await settledLayout(page, '.voxlab-viewer');
        const [inside, room] = (await page.evaluate(
          `(() => { const { scrollWidth, clientWidth } = document.querySelector('.voxlab-viewer'); return [scrollWidth, clientWidth]; })()`,
        )) as [number, number];
        assert.ok(inside <= room, `${inside} pixels in ${room} at a width of ${width}`);
        const tops = (await page.$$eval('.voxlab-pane', (panes) =>
          panes.map((pane) => pane.getBoundingClientRect().top),
        )) as number[];
        assert.equal(new Set(tops).size, width < 700 ? 3 : 1, 'planes beside or below one another');
        await page.evaluate(`document.querySelector('.voxlab-viewer').scrollIntoView()`);
        const { x, y, width: wide, height } = (await page.locator('.voxlab-viewer').boundingBox())!;
        const clip = { x: x - 8, y: y - 8, width: wide + 16, height: Math.min(height + 130, 1000 - y) };
        await comparePicture(
          sheet,
          `viewer-${theme.toLowerCase()}-${width}`,
          await page.screenshot({ clip }),
        );
      }
    }
    await sheet.close();
    await page.setViewportSize({ width: 1200, height: 1000 });
    await page.waitForTimeout(500);
  });

  await t.test('keys that are typed into a widget leave the notebook as it was', async () => {
    const before = await cellsOf(page);
    for (const target of TARGETS)
      for (let nth = 0; nth < (await page.locator(target).count()); nth++) {
        const one = page.locator(target).nth(nth);
        if (!(await one.isVisible()) || !(await one.isEnabled())) continue;
        await one.scrollIntoViewIfNeeded();
        if (CLICKED.has(target)) await one.click({ position: { x: 2, y: 2 } });
        else await one.focus();
        for (const key of nth === 0 ? KEYS : SOME_KEYS) await page.keyboard.press(key);
        await page.keyboard.press('Escape');
        assert.deepEqual(await cellsOf(page), before, `${target} ${nth}`);
      }
    // From an editor into a widget: what is typed is no text of the cell.
    await page.click('.jp-Cell:last-child .cm-content');
    await page.click('.voxlab-plane >> nth=0');
    await page.keyboard.type('abcdd');
    assert.deepEqual(await cellsOf(page), before);
    await page.click('.voxlab-title');
    await page.keyboard.type('dd');
    assert.deepEqual(await cellsOf(page), before);
  });
});

const press = (key: string) => (page: Page) => page.keyboard.press(key);
const fill = (selector: string, value: string) => (page: Page) =>
  page.evaluate(
    `(() => { const input = document.querySelector('${selector}'); input.value = '${value}'; input.dispatchEvent(new Event('input')); input.dispatchEvent(new Event('change')); })()`,
  );
const withControl = async (page: Page, turn: number): Promise<void> => {
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, turn);
  await page.keyboard.up('Control');
};
/** Everything that moves the viewer while the pointer rests. */
const MOVES: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  'the wheel, down': (page) => page.mouse.wheel(0, 100),
  'the wheel, up': (page) => page.mouse.wheel(0, -100),
  'a key once the plane has the focus': async (page) => {
    await page.focus('.voxlab-plane >> nth=0');
    await page.keyboard.press('ArrowUp');
  },
  'Page Up': press('PageUp'),
  'arrow down': press('ArrowDown'),
  Home: press('Home'),
  End: press('End'),
  'its slider': fill('[aria-label="axial slice"]', '21'),
  'a candidate by key': press('n'),
  'the one before': press('p'),
  'the list': fill('[aria-label=candidate]', '0'),
  'a button': (page) => page.evaluate(`document.querySelector('[aria-label="next candidate"]').click()`),
  'the kernel': fill('.voxlab-slider input', '47'),
  'a window by key': press('3'),
  "DICOM's window": press('4'),
  'the window, wider': press('Alt+ArrowRight'),
  'the window, lower': press('Alt+ArrowDown'),
  'zoom by the wheel': (page) => withControl(page, -200),
  'zoom by key': press('+'),
  'a key that moves the picture': press('Control+ArrowRight'),
  'the wheel, zoomed': (page) => page.mouse.wheel(0, -300),
  'the left at the left': press('f'),
  'the wheel, mirrored': (page) => page.mouse.wheel(0, 200),
  'the left at the right': press('f'),
  'the whole slices': press('0'),
};

/** What is seen and said of the viewer, as one text. */
const STATE = `() => [...document.querySelectorAll('.voxlab-viewer .voxlab-bar')].map((e) => e.textContent).join() + document.querySelector('.voxlab-plane').toDataURL()`;
const stateOf = (page: Page) => page.evaluate(`(${STATE})()`) as Promise<string>;

const numberIn = (text: string): number => Number(/-?\d+(\.\d+)?/.exec(text.replaceAll('\u2212', '-'))![0]);
const voxelIn = (place: string): number[] => /voxel (\d+), (\d+), (\d+)/.exec(place)!.slice(1).map(Number);

async function mouseIn(page: Page, plane: number, [x, y]: readonly [number, number]) {
  const box = (await page.locator('.voxlab-plane').nth(plane).boundingBox())!;
  return { plane, x, y, pageX: box.x + x, pageY: box.y + y };
}

/** The readout is of the pixel under the pointer: its value by the phantom's formula, and its grey in the picture. */
async function consistent(page: Page, { plane, x, y }: { plane: number; x: number; y: number }, after = '') {
  const [hu, place, window, level, grey, source] = (await page.evaluate(`(() => {
    const text = (of) => document.querySelector(of).textContent;
    const canvas = document.querySelectorAll('.voxlab-plane')[${plane}];
    const [red] = canvas.getContext('2d').getImageData(${x} * devicePixelRatio, ${y} * devicePixelRatio, 1, 1).data;
    return [text('.voxlab-hu'), text('.voxlab-place'), text('.voxlab-window'), Number(canvas.dataset.level), red, text('.voxlab-source')];
  })()`)) as [string, string, string, number, number, string];
  const voxel = voxelIn(place);
  const said = `${after}: ${hu} ${place} ${window}`;
  assert.equal(source, 'pointer', said);
  assert.equal(numberIn(hu), huAt(voxel), said);
  assert.equal(voxel[2], level, said);
  const [width, middle] = window.replaceAll('\u2212', '-').match(/-?\d+/g)!.map(Number) as [number, number];
  const expected = 255 * Math.min(1, Math.max(0, (huAt(voxel) - middle + width / 2) / width));
  // Half a voxel away along x and y, 11 HU, and the rounding of the window's middle.
  const allowed = (255 * 12) / width + 1.5;
  assert.ok(Math.abs(grey - expected) <= allowed, `${said}: grey ${grey}, expected ${expected}`);
  for (const axis of [0, 1, 2]) assert.ok(voxel[axis]! >= 0 && voxel[axis]! < SIZE[axis]!);
}

/** Types and texts of the cells, how they are run, and which one is active. */
function cellsOf(page: Page): Promise<unknown> {
  return page.evaluate(`(() => {
    const { content } = window.jupyterapp.shell.currentWidget;
    return content.widgets.map(({ model }) => [model.type, model.sharedModel.getSource(), model.executionCount]);
  })()`);
}

function complete(page: Page): Promise<unknown> {
  return page.waitForSelector('.voxlab-viewer[data-complete=true]');
}
