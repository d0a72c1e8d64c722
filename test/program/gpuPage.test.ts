import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { figurePage } from '../../src/figures/figurePage.js';
import { gpuMemoryBars, gpuMemoryFigure, gpuUtilizationFigure } from '../../src/figures/gpuUseFigures.js';
import { UseGathering } from '../../src/figures/useOverTime.js';
import { inRepository } from '../../src/paths.js';
import { voxlab } from '../commands/voxlab.js';
import { madeSample } from '../gpu/logs.js';
import { runPython } from '../python.js';
import { findChromium, openBrowser } from './chromium.js';

const skip = findChromium() === undefined && 'no Chromium: pages are not tested';
const folder = mkdtempSync(join(tmpdir(), 'voxlab-gpu-page-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

/** Share of the pixels of a box that are a colour, by SimpleITK. */
function shareOf(
  png: Buffer,
  rgb: readonly number[],
  { x, y, width, height }: Record<string, number>,
): number {
  const file = join(folder, 'shot.png');
  writeFileSync(file, png);
  return runPython<number>(
    `import json, sys, numpy as np, SimpleITK as sitk
file, rgb, x, y, w, h = json.load(sys.stdin)
box = sitk.GetArrayFromImage(sitk.ReadImage(file))[y:y+h, x:x+w, :3].astype(int)
print(float((abs(box - rgb).max(-1) < 12).mean()))`,
    [file, rgb, ...[x!, y!, width!, height!].map(Math.round)],
  );
}

/** Where a part of the first figure is on the page. */
async function boxOf(
  page: Page,
  selector: string,
): Promise<{ x: number; y: number; width: number; height: number }> {
  return (await page.locator(selector).first().boundingBox())!;
}

test('the page of gpu plot, in a browser: pixels of idle and busy cells, a drag zooms all lanes, tooltips stand at one time', {
  skip,
}, async (t) => {
  const log = inRepository('data', 'gpustat', 'k80x8_2018.txt');
  const { files } = JSON.parse(voxlab('gpu', 'plot', log, '--out', folder, '--json').stdout);
  const browser = await openBrowser();
  t.after(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1200, height: 1100 } });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(`file://${files.page}`);
  await page.waitForSelector('#figure2 .barlayer path');
  assert.match(
    (await page.locator('li').nth(1).textContent()) ?? '',
    /^the 4 GPUs in use stand still 34\.5 %/,
  );

  // The unused half of the heat map is idle's grey; in the other half is much of busy's dark blue.
  const heat = await boxOf(page, '#figure0 .heatmaplayer image');
  const half = { ...heat, height: heat.height / 2 };
  const shot = await page.screenshot();
  assert.ok(shareOf(shot, [232, 232, 232], { ...half, y: heat.y + heat.height / 2 }) > 0.9);
  const busy = shareOf(shot, [232, 232, 232], half);
  assert.ok(busy > 0.2 && busy < 0.5, `${busy} of the used half is idle`);
  assert.ok(
    shareOf(shot, [0, 114, 178], await boxOf(page, '#figure0 .draglayer .xy2 .nsewdrag')) > 0.01,
    'a lane has its curve',
  );

  const rangeOf = () =>
    page.evaluate(
      "document.getElementById('figure0')._fullLayout.xaxis.range.map((end) => new Date(end).getTime())",
    ) as Promise<number[]>;
  const before = await rangeOf();
  const lane = await boxOf(page, '#figure0 .draglayer .xy3 .nsewdrag');
  await page.mouse.move(lane.x + 200, lane.y + 10);
  await page.waitForSelector('#figure0 .hoverlayer .legend', { timeout: 10_000 });
  const tip = await page.locator('#figure0 .hoverlayer .legend').first().textContent();
  for (const name of ['GPU 0', 'GPU 3', 'median']) assert.ok(tip!.includes(name), `${name} is not in ${tip}`);
  await page.mouse.down();
  await page.mouse.move(lane.x + 400, lane.y + 12, { steps: 5 });
  await page.mouse.up();
  await page.waitForTimeout(500);
  const after = await rangeOf();
  assert.ok(after[1]! - after[0]! < 0.4 * (before[1]! - before[0]!), `${before} -> ${after}`);
  assert.deepEqual(errors, []);
});

test('a day of eight GPUs, a sample a second, opens and zooms quickly, with all peaks', {
  skip,
}, async (t) => {
  const gathered = new UseGathering();
  for (let second = 0; second < 86_400; second++)
    gathered.add(
      madeSample(
        new Date(1.7e12 + 1000 * second).toISOString(),
        Array.from({ length: 8 }, (_, gpu) => ({
          utilizationPercent: second === 43_210 && gpu === 5 ? 100 : (7 * gpu + second) % 90,
          memoryUsedMiB: 4000 + ((second * 31) % 997),
          memoryTotalMiB: 16_000,
        })),
      ),
    );
  const use = gathered.end();
  const figures = [gpuUtilizationFigure(use), gpuMemoryFigure(use), gpuMemoryBars(use)];
  const curves = figures[0]!.plotly().data.filter(({ name }) => name === 'GPU 5');
  assert.equal(Math.max(...(curves[0]!.y as number[])), 100, 'the only peak of a second');
  const file = join(folder, 'day.html');
  writeFileSync(file, figurePage('a day', figures));
  const megabytes = readFileSync(file).length / 1e6;
  assert.ok(megabytes < 9, `${megabytes} MB`);
  const browser = await openBrowser();
  t.after(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1200, height: 1000 } });
  const opened: number[] = [];
  for (let round = 0; round < 4; round++) {
    await page.goto(`file://${file}`);
    await page.waitForSelector('#figure0 .scatterlayer path');
    opened.push(
      (await page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now()",
      )) as number,
    );
  }
  await page.waitForSelector('#figure2 .barlayer path');
  const zooms = (await page.evaluate(`(async () => {
    const spent = [];
    for (let at = 0; at < 10; at++) {
      const began = performance.now();
      await Plotly.relayout('figure0', { 'xaxis.range': [1.7e12 + at * 1e6, 1.74e12 + at * 1e6] });
      spent.push(performance.now() - began);
    }
    return spent;
  })()`)) as number[];
  const [open, zoom] = [Math.min(...opened), zooms.toSorted((a, b) => a - b)[5]!];
  t.diagnostic(`opens in ${open.toFixed(0)} ms, a zoom takes ${zoom.toFixed(0)} ms`);
  // Two cores without neighbours: 0.6 s and 60 ms; the limits leave room for neighbours.
  assert.ok(open < 3000, `opens in ${open} ms`);
  assert.ok(zoom < 500, `a zoom takes ${zoom} ms`);
});
