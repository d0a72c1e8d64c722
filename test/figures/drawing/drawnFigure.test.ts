import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PALETTE } from '../../../src/figures/charts/chartSpec.js';
import { classBalanceFigure } from '../../../src/figures/classBalanceFigure.js';
import { BACKGROUNDS, contrastOf, type Theme } from '../../../src/figures/drawing/theme.js';
import { stepTimeFigure } from '../../../src/figures/stepTimeFigures.js';
import { trainingFigure } from '../../../src/figures/trainingFigures.js';
import { runPython } from '../../python.js';
import { FIGURES, MEAGRE, records, shown } from '../everyFigure.js';

const THEMES: readonly Theme[] = ['light', 'dark'];

test('every figure is well-formed XML without a number that is none, a script, or an attribute that broke out', () => {
  const svgs = Object.entries({ ...FIGURES, ...MEAGRE }).flatMap(([name, figure]) => [
    ...THEMES.map((theme) => [`${name}, ${theme}`, figure.svg(theme)] as const),
    [`${name}, notebook`, String(shown(figure)['image/svg+xml'])] as const,
  ]);
  const faults = runPython<string[]>(
    `import json, sys, xml.etree.ElementTree as E
faults = []
for name, svg in json.load(sys.stdin):
  r = E.fromstring(svg)
  tags = {e.tag.split('}')[1] for e in r.iter()}
  if not tags <= {'svg', 'g', 'rect', 'path', 'circle', 'text', 'style'}: faults.append(f'{name}: {tags}')
  if not r.get('aria-label') and name.split(',')[0] != 'noTraces': faults.append(f'{name}: no alternative')
  for e in r.iter():
    if any(w in v for k, v in e.attrib.items() if k != 'aria-label' for w in ('NaN', 'undefined', 'Infinity')): faults.append(f'{name}: {e.attrib}')
print(json.dumps(faults))`,
    svgs,
  );
  assert.deepEqual(faults, []);
  for (const [name, svg] of svgs) assert.ok(svg.length < 200_000, `${name}: ${svg.length}`);
});

/** A notebook's picture as its dark theme shows it. */
function darkened(svg: string): string {
  const [, rules = ''] = /<style>@media \(prefers-color-scheme:dark\)\{(.*?)\}<\/style>/.exec(svg) ?? [];
  return [...rules.matchAll(/(\w*)\[(fill|stroke)="([^"]*)"\]\{\w+:([^}]*)\}/g)].reduce(
    (page, [, element, attribute, from, to]) =>
      page.replaceAll(
        new RegExp(`(<${element || '\\w+'} [^>]*${attribute}=")${from}"`, 'g'),
        (_, before) => `${before}${to}"`,
      ),
    svg.replace(/<style>.*?<\/style>/, ''),
  );
}

/** Letters and what stands behind them: the last rectangle in which they begin, else the page. */
function faintTexts(svg: string, page: string): string[] {
  const rectangles: { x: number; y: number; right: number; bottom: number; fill: string }[] = [];
  const faint: string[] = [];
  const number = (text: string, name: string) => Number(new RegExp(` ${name}="([^"]*)"`).exec(text)?.[1]);
  for (const [element, name] of svg.matchAll(/<(rect|text) [^>]*>[^<]*/g)) {
    const fill = / fill="([^"]*)"/.exec(element)?.[1] ?? '';
    const [x, y] = [number(element, 'x'), number(element, 'y')];
    if (name === 'rect') {
      if (!Number.isNaN(x))
        rectangles.push({
          x,
          y,
          right: x + number(element, 'width'),
          bottom: y + number(element, 'height'),
          fill,
        });
      continue;
    }
    const isStart = element.includes('text-anchor="start"');
    const behind = rectangles.findLast(
      (each) => isStart && x >= each.x && x <= each.right && y >= each.y && y <= each.bottom,
    );
    const contrast = contrastOf(fill, behind?.fill ?? page);
    if (!(contrast >= 4.5)) faint.push(`${contrast.toFixed(2)}: ${element}`);
  }
  return faint;
}

test('all letters of all figures have a contrast of at least 4.5 in both themes, in files and in notebooks', () => {
  for (const [name, figure] of Object.entries({ ...FIGURES, ...MEAGRE })) {
    if (name === 'chart') continue;
    for (const theme of THEMES)
      assert.deepEqual(faintTexts(figure.svg(theme), BACKGROUNDS[theme]), [], `${name}, ${theme}`);
    const picture = String(shown(figure)['image/svg+xml']);
    assert.deepEqual(faintTexts(picture, '#ffffff'), [], `${name} in a light notebook`);
    assert.deepEqual(faintTexts(darkened(picture), '#111111'), [], `${name} in a dark notebook`);
  }
});

test("an output of a notebook holds data, a picture and words, and none of plotly's own code", () => {
  for (const [name, figure] of Object.entries({ ...FIGURES, ...MEAGRE })) {
    const bundle = shown(figure);
    assert.deepEqual(
      Object.keys(bundle),
      ['application/vnd.plotly.v1+json', 'image/svg+xml', 'text/plain'],
      name,
    );
    const { data, layout, ...more } = bundle['application/vnd.plotly.v1+json'] as Record<string, unknown>;
    assert.ok(Array.isArray(data) && typeof layout === 'object' && Object.keys(more).length === 0, name);
    const text = JSON.stringify(bundle);
    assert.ok(text.length < 200_000, `${name}: ${text.length}`);
    assert.doesNotMatch(JSON.stringify({ data, layout }), /function|Plotly\.|require\(/, name);
    assert.equal(bundle['text/plain'], figure.text(), name);
  }
});

test('every figure says its numbers in words', () => {
  for (const [name, figure] of Object.entries(FIGURES)) {
    const [title, ...says] = figure.text().split('\n');
    assert.equal(title, figure.title, name);
    if (name !== 'chart' && name !== 'bars') assert.match(says.join(' '), /\d/, name);
  }
});

test('every figure becomes pixels: the corner has the colour of the theme, and there is ink', () => {
  const figures = Object.entries(FIGURES).filter(([name]) => name !== 'chart');
  const pictures = [...figures, ...Object.entries(MEAGRE)].flatMap(([name, figure]) =>
    THEMES.map((theme) => ({ name, theme, png: figure.png(theme).toString('base64') })),
  );
  const seen = runPython<{ corner: number[]; ink: number; width: number }[]>(
    `import json, sys, base64, io, numpy as np, SimpleITK as sitk, tempfile
out = []
for p in json.load(sys.stdin):
  with tempfile.NamedTemporaryFile(suffix='.png') as f:
    f.write(base64.b64decode(p['png'])); f.flush()
    a = sitk.GetArrayFromImage(sitk.ReadImage(f.name))
  out.append(dict(corner=a[0, 0].tolist(), ink=float((a != a[0, 0]).any(-1).mean()), width=a.shape[1]))
print(json.dumps(out))`,
    pictures,
  );
  for (const [at, { corner, ink, width }] of seen.entries()) {
    const { name, theme } = pictures[at]!;
    assert.deepEqual(corner, theme === 'light' ? [255, 255, 255] : [17, 17, 17], name);
    assert.ok(ink > 0.002, `${name}, ${theme}: ${ink}`);
    assert.equal(width, 1520, name);
  }
});

test('a colour that no picture of pixels can have is refused with its form', () => {
  assert.throws(() => FIGURES.chart!.png(), /Expected a colour as #rrggbb, received/);
});

test('colours that stand beside each other differ for colour-blind readers', () => {
  const together = {
    'parts of a step': stepTimeFigure(records).bands!.map(({ color }) => color),
    training: trainingFigure(records).traces.map(({ color }) => color!),
    classes: classBalanceFigure({ classes: [1, 0], subsets: [0, 0] }).traces.map(({ color }) => color!),
    'first of the palette': PALETTE.slice(0, 6),
  };
  // Machado, Oliveira and Fernandes (2009), full severity; distances in CIE L*a*b*.
  const nearest = runPython<Record<string, number>>(
    `import json, sys, itertools, numpy as np
M = [np.eye(3), [[0.152286,1.052583,-0.204868],[0.114503,0.786281,0.099216],[-0.003882,-0.048116,1.051998]],
  [[0.367322,0.860646,-0.227968],[0.280085,0.672501,0.047413],[-0.011820,0.042940,0.968881]],
  [[1.255528,-0.076749,-0.178779],[-0.078411,0.930809,0.147602],[0.004733,0.691367,0.303900]]]
X = np.array([[.4124564,.3575761,.1804375],[.2126729,.7151522,.0721750],[.0193339,.1191920,.9503041]])
def lab(h, m):
  c = np.array([int(h[i:i+2], 16) / 255 for i in (1, 3, 5)])
  c = np.array(m) @ np.where(c <= .04045, c / 12.92, ((c + .055) / 1.055) ** 2.4)
  xyz = X @ np.clip(c, 0, 1) / np.array([.95047, 1, 1.08883])
  f = np.where(xyz > .008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
  return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])
print(json.dumps({k: min(float(np.linalg.norm(lab(a, m) - lab(b, m))) for m in M for a, b in itertools.combinations(v, 2))
  for k, v in json.load(sys.stdin).items()}))`,
    together,
  );
  for (const [name, distance] of Object.entries(nearest)) assert.ok(distance > 15, `${name}: ${distance}`);
});
