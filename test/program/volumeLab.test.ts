import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { accessibilityFaults } from './accessibleFaults.js';
import { type LabPage, type LabWithBrowser, openLab, whyNoLab } from './labPage.js';
import {
  BALLS,
  type Ball,
  ballsIn,
  complete,
  drag,
  lookOf,
  near,
  pixelsPerMm,
  press,
  sizeOf,
  spreadOf,
  textOf,
} from './volumePage.js';
import { fitsEverywhere, openWidget, type WidgetPage } from './widgetPage.js';

/** Pixels cost time without a graphics card. */
const SMALL = { width: 800, height: 700 };
const HOSTILE = '<img src=x onerror="window.hurt=1">';

const CELLS = [
  `import { type Vector3, type Volume, volumeView, voxelToWorld } from 'voxlab';
const balls = ${JSON.stringify(Object.values(BALLS))};
function phantom(direction: Volume['direction'], size: Vector3): Volume {
  const spacingMm: Vector3 = [200 / size[0], 200 / size[1], 200 / size[2]];
  const around = { size, spacingMm, originMm: [0, 0, 0] as const, direction };
  const middle = voxelToWorld(around, [(size[0] - 1) / 2, (size[1] - 1) / 2, (size[2] - 1) / 2]);
  const scan = { ...around, originMm: [-middle[0], -middle[1], -middle[2]] as const };
  const data = new Int16Array(size[0] * size[1] * size[2]).fill(-1000);
  for (let i = 0; i < data.length; i++) {
    const [x, y, z] = voxelToWorld(scan, [i % size[0], Math.floor(i / size[0]) % size[1], Math.floor(i / size[0] / size[1])]);
    for (const [bx, by, bz, hu] of balls) if (Math.hypot(x - bx!, y - by!, z - bz!) < 14) data[i] = hu!;
  }
  return { ...scan, data };
}
const marks = [{ centerWorldMm: [60, 0, 0], class: 1 }, { centerWorldMm: [0, 0, 50], class: 0 }] as const;
const upright = phantom([1, 0, 0, 0, 1, 0, 0, 0, 1], [70, 60, 50]);
volumeView(upright, { mode: 'MIP', window: { low: 0, high: 1000 }, marks, title: ${JSON.stringify(HOSTILE)} })`,
  // Axes permuted, one against the patient's, and turned by 20 degrees.
  `const [c, s] = [Math.cos(0.35), Math.sin(0.35)];
volumeView(phantom([0, c, -s, 0, s, c, -1, 0, 0], [50, 64, 72]), { mode: 'MIP', window: { low: 0, high: 1000 }, title: 'oblique' })`,
];
/** What lies at the right and at the top of each view, as patients are looked at. */
const VIEWS = { A: 'LS', P: 'RS', L: 'PS', R: 'AS', S: 'RA', I: 'LA' } as const;
const TOWARDS: Readonly<Record<string, readonly [number, number, number]>> = {
  ...{ L: [1, 0, 0], R: [-1, 0, 0], P: [0, 1, 0], A: [0, -1, 0], S: [0, 0, 1], I: [0, 0, -1] },
};

test('the volume view in JupyterLab', { skip: whyNoLab() }, async (t) => {
  let lab: LabWithBrowser;
  let notebook: LabPage;
  let page: Page;
  let widget: WidgetPage;
  before(async () => {
    lab = await openLab(true);
    widget = await openWidget(lab, 'volume.ipynb', CELLS);
    ({ notebook, page } = widget);
    await page.setViewportSize(SMALL);
    await notebook.runAll();
    assert.deepEqual(await notebook.errors(), []);
    await complete(page, 0);
  });
  after(() => lab.close());

  for (const [at, name] of ['upright', 'oblique, permuted and mirrored'].entries())
    await t.test(
      `left, head and front are where they belong in all six views, voxel axes ${name}`,
      async () => {
        await press(page, at, 'o'); // without rings
        for (const [view, [right, up]] of Object.entries(VIEWS)) {
          await press(page, at, `Shift+${view}`);
          const found = await ballsIn(page, at);
          const perMm = await pixelsPerMm(page, at);
          for (const [ball, [x, y, z]] of Object.entries(BALLS)) {
            const along = (letter: string): number =>
              TOWARDS[letter]!.reduce((sum, part, axis) => sum + part * [x, y, z][axis]!, 0);
            const [left, top] = found[ball as Ball];
            const said = `${ball} from ${view}: ${left}, ${top} at ${perMm} pixels a mm`;
            assert.ok(Math.abs(left - along(right!) * perMm) < 3 * perMm, said);
            assert.ok(Math.abs(top + along(up!) * perMm) < 3 * perMm, said);
          }
        }
        await press(page, at, 'Shift+A');
        await press(page, at, 'o');
      },
    );

  await t.test('a known voxel has its grey value, and the readout its HU and mm', async () => {
    await press(page, 0, '0');
    const perMm = await pixelsPerMm(page, 0);
    const { width, height } = await sizeOf(page, 0);
    const position = { x: width / 2 + 60 * perMm + 3, y: height / 2 };
    await page.locator('.voxlab-volume').nth(0).hover({ position });
    await page.waitForTimeout(100);
    assert.equal(await textOf(page, 0, '.voxlab-hu'), '1000 HU');
    const [x, , z] = /x (\S+) {2}y (\S+) {2}z (\S+) mm LPS/
      .exec(await textOf(page, 0, '.voxlab-place'))!
      .slice(1)
      .map((mm) => Number(mm.replace('\u2212', '-'))) as [number, number, number];
    assert.ok(Math.abs(x - 60 - 3 / perMm) < 3 && Math.abs(z) < 4, `${x}, ${z}`);
    assert.equal(await textOf(page, 0, '.voxlab-source'), 'pointer');
  });

  await t.test('each key changes the picture or what is said; the notebook stays as it was', async () => {
    const before = await widget.cells();
    for (const keys of KEYS) {
      const [start, ...rest] = [await lookOf(page, 0), ...keys];
      for (const key of rest) await press(page, 0, key);
      assert.notEqual(await lookOf(page, 0), start, keys.join(' '));
    }
    assert.deepEqual(await widget.cells(), before);
    assert.deepEqual([await notebook.errors(), widget.faults], [[], []]);
    assert.deepEqual(await accessibilityFaults(page, '.voxlab-viewer'), []);
  });

  await t.test('pointer and wheel do it, too', async () => {
    await press(page, 0, '0');
    const { x, y } = (await page.locator('.voxlab-volume').nth(0).boundingBox())!;
    const moves: Readonly<Record<string, () => Promise<void>>> = {
      turn: () => drag(page, [x + 200, y + 200], [x + 280, y + 230]),
      'a window': () => drag(page, [x + 200, y + 200], [x + 260, y + 220], 'right'),
      'the picture': () => drag(page, [x + 200, y + 200], [x + 260, y + 220], 'middle'),
      zoom: async () => page.mouse.wheel(0, -200),
    };
    for (const [name, move] of Object.entries(moves)) {
      const start = await lookOf(page, 0);
      await move();
      await page.waitForTimeout(100);
      await complete(page, 0);
      assert.notEqual(await lookOf(page, 0), start, name);
    }
  });

  await t.test('text of data stays text', async () => {
    assert.equal(await textOf(page, 0, '.voxlab-title'), HOSTILE);
    assert.equal(await page.evaluate('window.hurt'), undefined);
    assert.equal(await page.locator('.voxlab-viewer img').count(), 0);
  });

  await t.test('the camera is kept when the page is loaded again, and when its cell runs again', async () => {
    await press(page, 0, '0');
    for (const key of ['+', '+', 'ArrowRight', 'ArrowRight', 'ArrowRight']) await press(page, 0, key);
    const look = await lookOf(page, 0);
    await page.waitForTimeout(500); // Jupyter's front end tells the kernel one change after the other
    await notebook.save();
    await notebook.reload();
    await complete(page, 0);
    assert.equal(await textOf(page, 0, '.voxlab-zoom'), '156 %');
    await page.evaluate('window.jupyterapp.shell.collapseLeft()');
    await page.waitForTimeout(300);
    await complete(page, 0);
    assert.ok(near(await lookOf(page, 0), look), 'as before');
    await notebook.runAll();
    await complete(page, 0);
    assert.equal(await textOf(page, 0, '.voxlab-zoom'), '156 %');
    assert.equal(await textOf(page, 1, '.voxlab-zoom'), '100 %');
  });

  await t.test('light and dark, at 700 and 1400 pixels, it is there and fits', async () => {
    await fitsEverywhere(page, async (where) => {
      await complete(page, 0);
      assert.ok((await spreadOf(page, 0)) > 15, `blank in ${where}`);
    });
    await page.setViewportSize(SMALL);
  });

  await t.test('of many views few hold a context, and each keeps its picture', async () => {
    lab.write('many.ipynb', [
      CELLS[0]!,
      ...Array.from(
        { length: 6 },
        () => `volumeView(upright, { mode: 'MIP', window: { low: 0, high: 1000 } })`,
      ),
    ]);
    const many = await lab.open('many.ipynb');
    await many.page.setViewportSize(SMALL);
    await many.runAll();
    for (let at = 0; at < 7; at++) await complete(many.page, at);
    const held = await many.page.evaluate(`globalThis[Symbol.for('voxlab.contexts')].size`);
    assert.ok(Number(held) <= 4, `${held} contexts`);
    for (let at = 0; at < 7; at++) assert.ok((await spreadOf(many.page, at)) > 15, `view ${at} is blank`);
    // One whose context was given back draws again.
    const start = await lookOf(many.page, 1);
    await press(many.page, 1, 'ArrowRight');
    assert.notEqual(await lookOf(many.page, 1), start);
    await many.page.close();
  });

  await t.test('without WebGL2 there is the picture, and the reason', async () => {
    await page.addInitScript(`const getContext = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) { return kind === 'webgl2' ? null : getContext.call(this, kind, ...more); }`);
    await notebook.reload();
    await page.waitForSelector('.voxlab-flat .voxlab-still');
    assert.match(await textOf(page, 0, '.voxlab-why'), /no WebGL2: this is a picture/);
    const { naturalWidth } = (await page.$eval('.voxlab-still', (image) => {
      const { naturalWidth: wide } = image as unknown as { naturalWidth: number };
      return { naturalWidth: wide };
    })) as { naturalWidth: number };
    assert.ok(naturalWidth > 500, `${naturalWidth} pixels`);
  });

  await t.test(
    "JupyterLab's export to HTML has the picture, and the page asks nobody but its server",
    async () => {
      const { page: shown } = await widget.exported();
      assert.equal(await shown.locator('img[alt^="oblique: "]').count(), 1);
      await shown.close();
      assert.deepEqual(widget.foreign(), []);
    },
  );
});

/** Presses, one group after the other, each of which changes something. */
const KEYS: readonly (readonly string[])[] = [
  ...[
    ['ArrowRight'],
    ['ArrowUp'],
    ['.'],
    [','],
    ['+'],
    ['-'],
    ['Control+ArrowLeft'],
    ['Alt+ArrowRight'],
    ['1'],
    ['3'],
  ],
  ...[
    ['n'],
    ['n'],
    ['p'],
    ['o'],
    ['o'],
    ['0'],
    ['m'],
    ['Shift+PageDown'],
    ['PageUp', 'PageUp', 'PageUp', 'PageUp', 'PageUp', 'PageUp', 'PageUp', 'PageUp'],
    ['Shift+PageUp'],
    [']', ']', ']', ']', ']', ']', ']', ']', ']', ']'],
    ['[', '[', '[', '[', '[', '[', '[', '[', '[', '['],
    ['m'],
    ['2'],
    ['k'],
  ],
  ...[
    ['Shift+PageDown'],
    ['PageDown', 'PageDown', 'PageDown', 'PageDown', 'PageDown', 'PageDown', 'PageDown'],
    ['k'],
    ['Shift+L'],
    ['Shift+I'],
    ['?'],
    ['?'],
    ['m'],
  ],
];
