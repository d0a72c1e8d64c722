// Takes a picture of each notebook in JupyterLab, at its first figure, and of its page, all of it: images/notebooks/.
//   node scripts/drawNotebooks.mjs [name ...]      pages are those of runs/notebooks: `npm start`, or `npx voxlab notebook run`
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openBrowser } from '../dist/test/program/chromium.js';
import { openLab } from '../dist/test/program/labPage.js';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const OUT = join(ROOT, 'images', 'notebooks');
/** Of the pictures: half of what a screen shows. */
const SCALE = 0.5;
const QUALITY = 72;
/** A page is cut off there, in pixels of the screen. */
const LONGEST = 6000;
const WIDE = 1200;
const FIGURES =
  '.jp-OutputArea-output svg.main-svg, .jp-OutputArea-output img, .jp-OutputArea-output canvas, .jp-OutputArea-output table';

const wanted = process.argv.slice(2);
const names = readdirSync(join(ROOT, 'notebooks'))
  .filter((name) => name.endsWith('.ipynb'))
  .map((name) => name.replace('.ipynb', ''))
  .filter((name) => wanted.length === 0 || wanted.includes(name))
  .sort();
mkdirSync(OUT, { recursive: true });
await drawPages();
await drawLab();

async function drawPages() {
  const browser = await openBrowser();
  for (const name of names) {
    const file = join(ROOT, 'runs', 'notebooks', `${name}.html`);
    if (!existsSync(file)) {
      process.stderr.write(`no page of ${name}: npx voxlab notebook run ${name} --out runs/notebooks\n`);
      continue;
    }
    const page = await browser.newPage({ viewport: { width: WIDE, height: 900 }, deviceScaleFactor: SCALE });
    await page.goto(pathToFileURL(file).href);
    await page.waitForTimeout(1500);
    const height = Math.min(LONGEST, await page.evaluate('document.documentElement.scrollHeight'));
    await page.setViewportSize({ width: WIDE, height });
    await page.screenshot({ path: join(OUT, `${name}-page.jpg`), type: 'jpeg', quality: QUALITY });
    await page.close();
  }
  await browser.close();
}

async function drawLab() {
  const lab = await openLab();
  for (const name of names) {
    writeFileSync(join(lab.folder, `${name}.ipynb`), readFileSync(join(ROOT, 'notebooks', `${name}.ipynb`)));
    const { page, runAll } = await lab.open(`${name}.ipynb`);
    await runAll();
    await page.waitForTimeout(1500);
    await page.locator(FIGURES).first().scrollIntoViewIfNeeded();
    await page.waitForTimeout(500);
    const whole = await page.screenshot({ type: 'png' });
    writeFileSync(join(OUT, `${name}-lab.jpg`), await halved(page, whole));
    await page.close();
  }
  await lab.close();
}

/** The picture at SCALE, by a canvas of the page's own browser. */
async function halved(page, png) {
  const data = await page.evaluate(
    async ({ source, scale, quality }) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = image.width * scale;
      canvas.height = image.height * scale;
      const context = canvas.getContext('2d');
      context.imageSmoothingQuality = 'high';
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
      return canvas.toDataURL('image/jpeg', quality);
    },
    { source: `data:image/png;base64,${png.toString('base64')}`, scale: SCALE, quality: QUALITY / 100 },
  );
  return Buffer.from(data.split(',')[1], 'base64');
}
