import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { FIGURES, MEAGRE, shown } from '../figures/everyFigure.js';
import { runPython } from '../python.js';
import { findChromium, openBrowser } from './chromium.js';

const skip = findChromium() === undefined && 'no Chromium here';
let browser: Browser | undefined;
after(() => browser?.close());

/** Letters that leave their picture, and the height of the smallest ones in pixels of the page. */
const MEASURE = `(() => {
  const svg = document.querySelector('svg');
  const frame = svg.getBoundingClientRect();
  const scale = frame.width / svg.viewBox.baseVal.width;
  const texts = [...document.querySelectorAll('text')];
  const leaves = (text) => {
    const box = text.getBoundingClientRect();
    return box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1;
  };
  return {
    outside: texts.filter(leaves).map(({ textContent }) => textContent),
    smallest: Math.min(...texts.map((text) => scale * Number(text.getAttribute('font-size')))),
  };
})()`;

const figures = Object.entries({ ...FIGURES, ...MEAGRE }).filter(([name]) => name !== 'chart');

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of [700, 1400])
    test(`in a browser, ${colorScheme}, ${width} px: no letter leaves its picture or gets too small, nothing is blank, asked for or run`, {
      skip,
    }, async () => {
      browser ??= await openBrowser();
      const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } });
      const faults: string[] = [];
      page.on('console', (message) => faults.push(message.text()));
      page.on('pageerror', (error) => faults.push(error.message));
      page.on('request', (request) => {
        if (!request.url().startsWith('about:')) faults.push(request.url());
      });
      const fit =
        '<style>body{margin:0;background:Canvas;color-scheme:light dark}svg{max-width:100%;height:auto;display:block}</style>';
      const pixels: { name: string; png: string }[] = [];
      for (const [name, figure] of figures) {
        await page.setContent(`${fit}${shown(figure)['image/svg+xml']}`);
        const { outside, smallest } = await page.evaluate<{ outside: string[]; smallest: number }>(MEASURE);
        if (!HOSTILE_TITLES.has(name)) assert.deepEqual(outside, [], `${name}, ${width} px`);
        assert.ok(smallest >= 9 || HOSTILE_TITLES.has(name), `${name}: letters of ${smallest} px`);
        pixels.push({ name, png: (await page.locator('svg').screenshot()).toString('base64') });
      }
      await page.close();
      assert.deepEqual(faults, []);
      const seen = runPython<{ mean: number; ink: number }[]>(
        `import json, sys, base64, tempfile, SimpleITK as sitk
out = []
for p in json.load(sys.stdin):
  with tempfile.NamedTemporaryFile(suffix='.png') as f:
    f.write(base64.b64decode(p['png'])); f.flush()
    a = sitk.GetArrayFromImage(sitk.ReadImage(f.name))[..., :3].astype(int)
  out.append(dict(mean=float(a.mean()), ink=float((abs(a - a[-1, 0]).sum(-1) > 60).mean())))
print(json.dumps(out))`,
        pixels,
      );
      for (const [at, { mean, ink }] of seen.entries()) {
        const { name } = pixels[at]!;
        assert.ok(ink > 0.002, `${name}: ${ink} of it is ink`);
        assert.ok(colorScheme === 'light' ? mean > 128 : mean < 128, `${name}: mean ${mean}`);
      }
    });

/** Their titles and axes are names that nobody has; they may be cut, but must not break out. */
const HOSTILE_TITLES = new Set(['hu', 'bars']);

test('in VS Code on a dark system, its light themes show the light colours of all pictures of a page, its dark ones the others', {
  skip,
}, async () => {
  browser ??= await openBrowser();
  const page = await browser.newPage({ colorScheme: 'dark' });
  const pictures = [FIGURES.roc!, FIGURES.bars!].map((each) => String(shown(each)['image/svg+xml']));
  await page.setContent(pictures.join(''));
  const unlike = (): Promise<number> =>
    page.evaluate(`(() => {
  const probe = document.body.appendChild(document.createElement('i'));
  const parsed = (color) => { probe.style.color = color; return getComputedStyle(probe).color; };
  return ['fill', 'stroke'].flatMap((name) => [...document.querySelectorAll('svg [' + name + ']')].filter((element) => {
    const said = element.getAttribute(name);
    return said !== 'none' && getComputedStyle(element)[name] !== parsed(said);
  })).length;
})()`);
  for (const [kind, isDark] of [
    ['vscode-light', false],
    ['vscode-high-contrast-light', false],
    ['vscode-dark', true],
    ['vscode-high-contrast', true],
  ] as const) {
    await page.evaluate(`document.body.dataset.vscodeThemeKind = '${kind}'`);
    assert.equal((await unlike()) > 0, isDark, kind);
  }
  await page.close();
});
