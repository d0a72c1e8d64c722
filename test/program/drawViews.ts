// Writes images/volume.png and images/compare.png: volume view and comparison in JupyterLab, of a scan of `voxlab sample`.
//   node dist/test/program/drawViews.js
import { writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { inRepository } from '../../src/paths.js';
import { type LabPage, openLab } from './labPage.js';

const SCAN = `import { compareViewer, findScans, inRepository, lungMask, readCandidates, readVolume, resampleVolume, volumeView } from 'voxlab';
const [scan] = findScans(inRepository('data/raw'), 'all');
const table = readCandidates(inRepository('data/raw/candidates_V2.csv'));
const marks = table.filter((mark) => mark.seriesUid === scan!.uid && mark.class === 1);
const volume = await readVolume(scan!);
const mask = lungMask(volume, { marginMm: 0 });`;

async function picture(
  name: string,
  lab: Awaited<ReturnType<typeof openLab>>,
  cell: string,
  work: (page: Page) => Promise<void>,
): Promise<void> {
  lab.write(`${name}.ipynb`, [SCAN, cell]);
  const notebook: LabPage = await lab.open(`${name}.ipynb`);
  const { page } = notebook;
  await page.setViewportSize({ width: 1160, height: 1000 });
  await notebook.runAll();
  const errors = await notebook.errors();
  if (errors.length > 0) throw new Error(errors.join('\n'));
  await page.waitForSelector('.voxlab-viewer[data-complete=true]', { timeout: 120_000 });
  await page.locator('.voxlab-viewer canvas').first().focus();
  await work(page);
  await page.mouse.move(0, 0);
  await page.waitForTimeout(500);
  await page.waitForSelector('.voxlab-viewer[data-complete=true]', { timeout: 120_000 });
  writeFileSync(inRepository('images', `${name}.png`), await page.locator('.voxlab-viewer').screenshot());
  await page.close();
}

const press = async (page: Page, ...keys: readonly string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};

const lab = await openLab(true);
try {
  await picture('volume', lab, `volumeView(volume, { marks, mask, title: 'scan 1' })`, async (page) => {
    await press(page, '+', '+', '+', ...Array(5).fill('ArrowRight'), ...Array(6).fill('ArrowDown'));
  });
  await picture(
    'compare',
    lab,
    `const coarse = resampleVolume(volume, { spacingMm: [2, 2, 2], interpolation: 'linear' });
compareViewer(volume, coarse, { names: ['raw', '2 mm'], marks, rangeHu: 300, overlay: { volume: { ...volume, data: mask }, opacity: 0.15 } })`,
    async (page) => {
      await press(page, '+', '+', 'm', ...Array(20).fill('Shift+ArrowLeft'), 'm');
    },
  );
} finally {
  await lab.close();
}
process.exit(0);
