import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ElementHandle, Page } from 'playwright-core';
import { inRepository } from '../../src/paths.js';
import { type LabPage, type LabWithBrowser, openLab, whyNoLab } from './labPage.js';

test('widgets in JupyterLab', { skip: whyNoLab() }, async (t) => {
  let lab: LabWithBrowser;
  before(async () => {
    lab = await openLab();
  });
  after(() => lab.close());

  await t.test('widgets answer, and live through a reload and a restart', async (t) => {
    lab.write('widgets.ipynb', WIDGETS);
    const notebook = await lab.open('widgets.ipynb');
    const { page } = notebook;
    await answering(t.test.bind(t), notebook);
    await notebook.save();
    const saved = JSON.parse(readFileSync(join(lab.folder, 'widgets.ipynb'), 'utf8'));
    assert.ok('application/vnd.jupyter.widget-state+json' in saved.metadata['voxlab-widgets']);

    await t.test(
      'a saved progress bar has its last state, and plain nbconvert takes what stands for widgets',
      () => {
        const bar = saved.cells
          .flatMap(({ outputs }: { outputs: { data?: Record<string, string | string[]> }[] }) => outputs)
          .map(({ data }: { data?: Record<string, string | string[]> }) =>
            [data?.['text/plain'] ?? ''].flat().join(''),
          )
          .find((text: string) => text.includes('cancelled'));
        assert.match(bar, /^work: \d+ % · \d+ of 1000 · 0:0\d · cancelled$/);
        // An environment that knows nothing of voxlab: no settings, no template.
        const { status, stdout, stderr } = spawnSync(
          inRepository('.venv', 'bin', 'jupyter'),
          ['nbconvert', '--to', 'html', '--stdout', join(lab.folder, 'widgets.ipynb')],
          {
            encoding: 'utf8',
            maxBuffer: 1e8,
            env: { PATH: process.env.PATH, HOME: lab.folder, JUPYTER_CONFIG_DIR: lab.folder },
          },
        );
        assert.equal(status, 0, stderr);
        assert.doesNotMatch(stdout, /vnd\.jupyter\.widget-(view|state)\+json"/);
        assert.match(stdout, /<progress aria-label="work"/);
        assert.match(stdout, /<img alt="[^"]*" src="data:image\/svg\+xml/);
      },
    );

    await t.test('a second page shows the same widgets, and moves with the first', async () => {
      const second = await lab.open('widgets.ipynb');
      await complete(second.page);
      await second.page.fill('.voxlab-slider input', '35');
      await page.waitForFunction(`document.querySelector('.voxlab-slider input').value === '35'`);
      await second.page.waitForSelector('.voxlab-level:text("20 / 60")'); // the cell's listener has moved it
      await second.page.focus('.voxlab-plane');
      await second.page.keyboard.press('ArrowUp');
      for (const one of [page, second.page]) await one.waitForSelector('.voxlab-level:text("21 / 60")');
      await page.fill('.voxlab-slider input', '20');
      await second.page.waitForSelector('.voxlab-level:text("10 / 60")');
      await second.page.close();
    });
    await t.test('a page that is loaded again shows them as they were', async () => {
      await page.mouse.move(0, 0); // the crosshair's place, not the pointer's
      await page.waitForTimeout(500);
      const place = await page.textContent('.voxlab-place');
      await notebook.reload();
      await complete(page);
      assert.equal(await page.textContent('.voxlab-place'), place);
      assert.equal(await page.inputValue('.voxlab-slider input'), '20');
    });
    await t.test(
      'after a restart of the kernel they say that nobody answers, and show their picture',
      async () => {
        await notebook.restartKernel();
        await alone(page);
        await notebook.reload();
        await alone(page);
        assert.deepEqual(await notebook.errors(), []);
      },
    );
    await t.test('run again, they answer', async () => {
      const run = notebook.runAll();
      await page.click('.voxlab-progress button:visible');
      await run;
      await complete(page);
      assert.equal(await page.locator('.voxlab-note:visible').count(), 0);
    });
    await page.close();
  });
});

/** A turned scan whose values tell their place, controls that move it, and work to be cancelled. */
const WIDGETS = [
  `import { button, display, progress, select, sliceViewer, slider } from 'voxlab';
const [c, s] = [Math.cos(0.1), Math.sin(0.1)];
const data = Int16Array.from({ length: 40 * 50 * 60 }, (_, i) => (i % 40) * 20 + (Math.floor(i / 40) % 50) + 7 * Math.floor(i / 2000) - 900);
const scan = { data, size: [40, 50, 60], spacingMm: [1, 2, 1.5], originMm: [5, 6, 7], direction: [-c, s, 0, -s, -c, 0, 0, 0, 1] } as const;`,
  `const marks = [{ centerWorldMm: [5, 6, 7], class: 1 }, { centerWorldMm: [-20, -30, 50], class: 0 }] as const;
const heat = { ...scan, data: new Float32Array(64).fill(1), size: [4, 4, 4], spacingMm: [5, 12, 14] } as const;
const viewer = sliceViewer(scan, { title: 'turned <b>scan</b>', marks, throughWorldMm: [-10, -40, 50], overlay: { volume: heat } });
viewer`,
  `const z = slider({ label: 'z, mm', min: 10, max: 90 });
z.onChange((mm) => { viewer.positionMm = [viewer.positionMm[0], viewer.positionMm[1], mm]; console.log('at', mm); });
z`,
  `const go = button('Say'); go.onClick((clicks) => console.log('clicked', clicks)); go`,
  `const which = select(['first', 'second'], { label: 'which' });
which.onChange((word) => console.log('chosen', word));
which`,
  `const bar = progress({ label: 'work', total: 1000 });
display(bar);
async function* work() { for (let i = 1; i <= 1000 && !bar.signal.aborted; i++) { yield i; await new Promise((done) => setTimeout(done, 20)); } }
for await (const i of bar.follow(work())) bar.update(i);
bar.status`,
];

type Subtest = (name: string, work: () => Promise<void>) => Promise<void>;

async function answering(subtest: Subtest, notebook: LabPage): Promise<void> {
  const { page } = notebook;
  await subtest('the button of a progress bar ends the work without an error', async () => {
    const run = notebook.runAll();
    await page.click('.voxlab-progress button:visible');
    await run;
    assert.match((await page.textContent('.voxlab-progress .voxlab-text'))!, /^cancelled · \d+ of 1000/);
    assert.deepEqual(await notebook.errors(), []);
    await complete(page);
  });
  await subtest('a slider, a button and a select reach the kernel, which answers', async () => {
    await page.fill('.voxlab-slider input', '20');
    await page.click('.voxlab-button button');
    await page.selectOption('.voxlab-select select', { label: 'second' });
    for (const text of ['at 20', 'clicked 1', 'chosen second']) await page.waitForSelector(`text=${text}`);
    await page.waitForFunction(`document.querySelector('.voxlab-place').textContent.includes('z 20.5 mm')`);
  });
  await subtest(
    'an overlay lies in colour over a part of the slice, as much as its slider says',
    async () => {
      const seen = await redPixels(page);
      assert.ok(seen.red > seen.all / 10 && seen.red < seen.all / 2, JSON.stringify(seen));
      await page.fill('.voxlab-fade input', '0');
      await page.waitForTimeout(300);
      assert.ok((await redPixels(page)).red < seen.red / 10);
      await page.fill('.voxlab-fade input', '0.5');
    },
  );
  await subtest("the viewer's slider and wheel change the picture; its windows do, too", async () => {
    const axial = (await page.$$('.voxlab-plane'))[0]!;
    let before = await pictureOf(page, axial);
    const changed = async (how: () => Promise<unknown>): Promise<void> => {
      await how();
      await page.waitForFunction(
        ([canvas, old]) => (canvas as unknown as { toDataURL(): string }).toDataURL() !== old,
        [axial, before] as const,
      );
      before = await pictureOf(page, axial);
    };
    await changed(() => page.fill('[aria-label="axial slice"]', '33'));
    await axial.hover();
    await changed(() => page.mouse.wheel(0, 100));
    await changed(() => page.click('[data-preset=bone]'));
    await changed(() => page.selectOption('[aria-label=candidate]', { label: 'other 2' }));
    assert.match((await page.textContent('.voxlab-level'))!, /^30 \/ 60/);
  });
  await subtest(
    'dragging with Shift sets the window, and a click on a ring jumps to its candidate',
    async () => {
      const axial = (await page.$$('.voxlab-plane'))[0]!;
      const { x, y, width, height } = (await axial.boundingBox())!;
      const drag = async (by: readonly [number, number]): Promise<void> => {
        await page.mouse.move(x + width / 4, y + height / 4);
        await page.mouse.down();
        await page.mouse.move(x + width / 4 + by[0], y + height / 4 + by[1]);
        await page.mouse.up();
      };
      await page.keyboard.down('Shift');
      await drag([25, -10]);
      await page.keyboard.up('Shift');
      await page.waitForSelector('.voxlab-window:text("W 1600  L 260")'); // bone: 1500, 300; 4 HU a pixel
      await drag([0, 0]);
      await page.waitForFunction(`document.querySelector('[aria-label=candidate]').value === '-1'`);
      const ring = await ringOf(page);
      await page.mouse.click(x + ring[0], y + ring[1]);
      await page.waitForFunction(`document.querySelector('[aria-label=candidate]').value === '1'`);
    },
  );
  await subtest(
    'what lies under the pointer has the value, the voxel and the world position that belong together',
    async () => {
      const coronal = (await page.$$('.voxlab-plane'))[1]!;
      const { width, height } = (await coronal.boundingBox())!;
      await coronal.hover({ position: { x: width * 0.4, y: height * 0.3 } });
      const text = `${await page.textContent('.voxlab-hu')} ${await page.textContent('.voxlab-place')}`;
      const [hu, x, y, z, i, j, k] = text
        .replaceAll('\u2212', '-')
        .match(/-?\d+(\.\d+)?/g)!
        .map(Number);
      assert.equal(hu, i! * 20 + j! + 7 * k! - 900);
      const [c, s] = [Math.cos(0.1), Math.sin(0.1)];
      const world = [5 - c * i! + s * 2 * j!, 6 - s * i! - c * 2 * j!, 7 + 1.5 * k!];
      for (const [axis, mm] of [x, y, z].entries())
        assert.ok(Math.abs(mm! - world[axis]!) <= 0.05 + 1e-9, text);
      // The scan is flipped in x: the left of the picture is its last column, the top its last slice.
      assert.ok(i! > 20 && k! > 30, text);
    },
  );
  await subtest(
    'of slices that were wanted while one was on its way, the newest alone is asked for',
    async () => {
      await page.fill('[aria-label="sagittal slice"]', '0');
      await complete(page);
      await page.evaluate(`performance.clearMeasures();
      for (let i = 0; i < 20; i++) document.querySelectorAll('.voxlab-plane')[2].dispatchEvent(new WheelEvent('wheel', { deltaY: -100 }));`);
      await page.waitForSelector('.voxlab-level:text("21 / 40")');
      await complete(page);
      const requests = (await page.evaluate(
        `performance.getEntriesByName('voxlab slices').length`,
      )) as number;
      assert.ok(requests >= 1 && requests <= 3, `${requests} requests for 20 steps`);
    },
  );
  await subtest('a slice arrives in time', async () => {
    await page.evaluate('performance.clearMeasures()');
    const axial = (await page.$$('.voxlab-plane'))[0]!;
    await axial.hover();
    for (let step = 0; step < 10; step++) {
      await page.mouse.wheel(0, 100);
      await page.waitForTimeout(60);
    }
    await complete(page);
    const times = (await page.evaluate(
      `performance.getEntriesByName('voxlab slices').map(({ duration }) => duration)`,
    )) as number[];
    const median = times.sort((a, b) => a - b)[times.length >> 1]!;
    assert.ok(times.length >= 3 && median < 1000, `${times}`);
  });
}

/** Where the ring (blue) of the second candidate is drawn in the axial plane, CSS pixels: the middle of its pixels. */
function ringOf(page: Page): Promise<[number, number]> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector('.voxlab-plane');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const found = [];
    for (let i = 0; i < data.length; i += 4)
      if (Math.abs(data[i] - 0x56) < 6 && Math.abs(data[i + 1] - 0xb4) < 6 && Math.abs(data[i + 2] - 0xe9) < 6) found.push(i / 4);
    const mean = (of) => found.reduce((sum, pixel) => sum + of(pixel), 0) / found.length / devicePixelRatio;
    return [mean((pixel) => pixel % canvas.width), mean((pixel) => Math.floor(pixel / canvas.width))];
  })()`) as Promise<[number, number]>;
}

/** Pixels of the axial plane that are red rather than grey. */
function redPixels(page: Page): Promise<{ red: number; all: number }> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector('.voxlab-plane');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let red = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i] > data[i + 1] + 40 && data[i] > data[i + 2] + 40) red++;
    return { red, all: data.length / 4 };
  })()`) as Promise<{ red: number; all: number }>;
}

/** The viewer has all the slices that it wants. */
function complete(page: Page): Promise<unknown> {
  return page.waitForSelector('.voxlab-viewer[data-complete=true]');
}

/** Every widget shows its note, the viewer its picture in place of itself. */
async function alone(page: Page): Promise<void> {
  await page.waitForFunction(
    `(() => { const notes = [...document.querySelectorAll('.voxlab-note')]; return notes.length === 5 && notes.every((note) => note.offsetHeight > 0); })()`,
  );
  assert.equal(await page.locator('.voxlab-still:visible').count(), 1);
  assert.equal(await page.locator('.voxlab-viewer:visible').count(), 0);
}

function pictureOf(page: Page, canvas: ElementHandle): Promise<string> {
  return page.evaluate((element) => (element as unknown as { toDataURL(): string }).toDataURL(), canvas);
}
