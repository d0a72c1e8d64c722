import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { inRepository } from '../../src/paths.js';

const SCREENSHOTS = inRepository('test', 'program', 'screenshots');
/** Pixels of a screenshot that are one of what is kept: letters of other fonts look alike then. */
const COARSE = 4;

/**
 * Compares with the committed picture; `SCREENSHOTS=write` renews it. Fonts and their smoothing differ between machines: on the
 * mean a pixel may be off by 5 of 255, and 3 % of the pixels by more than 48. A plane that is missing, mirrored, in another
 * window or elsewhere is far more.
 */
export async function comparePicture(sheet: Page, name: string, png: Buffer): Promise<void> {
  const path = `${SCREENSHOTS}/${name}.png`;
  const uri = (bytes: Buffer): string => `data:image/png;base64,${bytes.toString('base64')}`;
  const small = (await sheet.evaluate(`(async () => {
    const image = new Image(); image.src = ${JSON.stringify(uri(png))}; await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(image.width / ${COARSE}); canvas.height = Math.round(image.height / ${COARSE});
    const context = canvas.getContext('2d'); context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL();
  })()`)) as string;
  if (process.env.SCREENSHOTS === 'write') {
    mkdirSync(SCREENSHOTS, { recursive: true });
    writeFileSync(path, Buffer.from(small.split(',')[1]!, 'base64'));
  }
  assert.ok(existsSync(path), `${path} is missing: run the test with SCREENSHOTS=write, and look at it`);
  const off = (await sheet.evaluate(`(async () => {
    const pixels = async (uri) => {
      const image = new Image(); image.src = uri; await image.decode();
      const canvas = document.createElement('canvas'); canvas.width = image.width; canvas.height = image.height;
      const context = canvas.getContext('2d'); context.drawImage(image, 0, 0);
      return context.getImageData(0, 0, image.width, image.height);
    };
    const [a, b] = [await pixels(${JSON.stringify(small)}), await pixels(${JSON.stringify(uri(readFileSync(path)))})];
    const height = Math.min(a.height, b.height);
    let sum = 0, far = 0;
    for (let i = 0; i < 4 * a.width * height; i++) { const d = Math.abs(a.data[i] - b.data[i]); sum += d; if (d > 48) far++; }
    return { width: a.width - b.width, height: a.height - b.height, mean: sum / (3 * a.width * height), far: far / (3 * a.width * height) };
  })()`)) as { width: number; height: number; mean: number; far: number };
  const said = `${name}: ${JSON.stringify(off)}`;
  assert.ok(Math.abs(off.width) <= 2 && Math.abs(off.height) <= 12, said); // a line of another font may be higher
  assert.ok(off.mean <= 5 && off.far <= 0.03, said);
}

/** Until an element has kept its place and size for a second: on a busy machine a page is laid out anew long after its window. */
export async function settledLayout(page: Page, selector: string): Promise<void> {
  const box = async (): Promise<string> => JSON.stringify(await page.locator(selector).boundingBox());
  for (let before = ''; before !== (await box()); ) {
    before = await box();
    await page.waitForTimeout(1000);
  }
}
