import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inRepository } from '../../src/paths.js';
import { voxlab } from '../commands/voxlab.js';
import { accessibilityFaults } from './accessibleFaults.js';
import { openBrowser } from './chromium.js';
import { defaultSample } from './defaultSample.js';
import { openLab, whyNoLab } from './labPage.js';

const out = mkdtempSync(join(tmpdir(), 'voxlab-notebooks-'));
after(() => rmSync(out, { recursive: true }));
before(async () => {
  await defaultSample();
  const { status, stderr } = voxlab('crop', '--subset', 'all');
  assert.equal(status, 0, stderr);
});

interface Output {
  readonly output_type: string;
  readonly text?: readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Runs a notebook in a real kernel (nbclient) and returns the outputs of its code cells. */
function outputsOf(name: string, ...words: readonly string[]): Output[] {
  const { status, stderr } = voxlab('notebook', 'run', name, '--out', out, ...words);
  assert.equal(status, 0, stderr);
  const { cells } = JSON.parse(readFileSync(join(out, `${name}.ipynb`), 'utf8')) as {
    cells: { outputs?: Output[] }[];
  };
  return cells.flatMap(({ outputs }) => outputs ?? []);
}

const shown = (outputs: readonly Output[], type: string): number =>
  outputs.filter(({ data }) => data !== undefined && type in data).length;
/** What the last cells printed; on a busy machine lines that follow each other come in several outputs. */
const finding = (outputs: readonly Output[]): string =>
  outputs
    .slice(outputs.findLastIndex(({ output_type }) => output_type !== 'stream') + 1)
    .flatMap(({ text }) => text!)
    .join('');

/** What makes 06-data-and-model-parallel and 12-crossval short enough for a test. */
const NARROW = [
  ['FILTERS', 8],
  ['STEPS', 2],
] as const;
const SHORT = [
  ['FOLDS', 3],
  ['EPOCHS', 1],
  ['FILTERS', 4],
] as const;

const given = (parameters: readonly (readonly [string, number])[]): string[] =>
  parameters.flatMap(([name, value]) => ['-p', `${name}=${value}`]);

/** The run of 04-train stands in for that of `npm start`. */
const RUN = 'notebook-04';

/** In JupyterLab, after what they find has been checked by command: what they show needs no more steps, and no wider networks. */
const SHORT_IN_LAB: Readonly<Record<string, readonly (readonly [string, string | number])[]>> = {
  '04-train.ipynb': [['EPOCHS', 1]],
  '05-gpu-usage.ipynb': [['STEPS', 16]],
  '06-data-and-model-parallel.ipynb': NARROW,
  '08-evaluate.ipynb': [['RUN', `'${RUN}'`]],
  '09-own-scan.ipynb': [
    ['RUN', `'${RUN}'`],
    ['MOST', 50],
  ],
  '10-analysis.ipynb': [['RUN', `'${RUN}'`]],
  '11-own-model.ipynb': [['EPOCHS', 1]],
  '12-crossval.ipynb': SHORT,
};

function shortened(name: string): string {
  const notebook = readFileSync(inRepository('notebooks', name), 'utf8');
  return (SHORT_IN_LAB[name] ?? []).reduce((text, [parameter, value]) => {
    const declared = new RegExp(`let ${parameter} = [^;]+;`);
    assert.match(text, declared, name);
    return text.replace(declared, `let ${parameter} = ${value};`);
  }, notebook);
}

const NOTEBOOKS = [
  ...['00-start-here', '01-scan', '02-crop-step-by-step', '03-explore-patches', '04-train'],
  ...['05-gpu-usage', '06-data-and-model-parallel', '07-feed', '08-evaluate', '09-own-scan'],
  ...['10-analysis', '11-own-model', '12-crossval'],
].map((name) => `${name}.ipynb`);

test('every notebook is run here', () => {
  const names = readdirSync(inRepository('notebooks')).filter((name) => name.endsWith('.ipynb'));
  assert.deepEqual(names, NOTEBOOKS);
  const map = readFileSync(inRepository('notebooks', NOTEBOOKS[0]!), 'utf8');
  for (const name of NOTEBOOKS.slice(1)) assert.ok(map.includes(`(${name})`), `the map leads to ${name}`);
});

test('00-start-here says what the machine has and what lies on the disk', () => {
  const outputs = outputsOf('00-start-here');
  assert.ok(shown(outputs, 'text/html') >= 1, 'the findings are a table');
  assert.match(finding(outputs), /(\d+) of \1 parts are there; 30 scans, 1758 patches with 293 nodules/);
});

test('01-scan shows three planes twice, a viewer and a volume, of which the page keeps pictures; all nodules lie inside', () => {
  const outputs = outputsOf('01-scan');
  assert.equal(shown(outputs, 'image/svg+xml'), 2);
  assert.equal(shown(outputs, 'application/vnd.jupyter.widget-view+json'), 2);
  const page = readFileSync(join(out, '01-scan.html'), 'utf8');
  assert.match(page, /<img alt="scan \d+: [^"]*" src="data:image\/svg\+xml,%3Csvg/);
  assert.doesNotMatch(
    page,
    /jupyter\.widget-(view|state)\+json"/,
    'no widget that a page would have to load',
  );
  const [, inside, all] = /(\d+) of (\d+) nodules lie inside/.exec(finding(outputs))!;
  assert.equal(inside, all);
});

test('02-crop-step-by-step shows the planes before and after, slices, interpolation, intensities, nodules and others, and the places of 2018', () => {
  const outputs = outputsOf('02-crop-step-by-step');
  assert.equal(shown(outputs, 'image/svg+xml'), 8);
  assert.match(finding(outputs), /1758 patches, 293 nodules/);
  const [, missed, all] = /2018 would have cut (\d+) of (\d+)/.exec(finding(outputs))!;
  const said = outputs.flatMap(({ data }) => String(data?.['text/plain'] ?? '')).join();
  assert.match(said, /axes: '1 1 1',[^}]*showNothingOfIt: 0,/);
  assert.ok(Number(missed) > 0 && Number(missed) < Number(all), 'those of flipped scans, and no others');
});

test('03-explore-patches shows what lies in the file, classes by subset, intensities, slices, a viewer and a gallery', () => {
  const outputs = outputsOf('03-explore-patches');
  assert.equal(shown(outputs, 'image/svg+xml'), 3);
  assert.equal(shown(outputs, 'application/vnd.jupyter.widget-view+json'), 1);
  assert.match(readFileSync(join(out, '03-explore-patches.html'), 'utf8'), /some of each class/);
  assert.match(finding(outputs), /1758 patches, 293 nodules \(16\.7 %\), in 10 subsets; 31 are left out/);
});

test('04-train: the live curve and what was read are drawn, and the held-out ROC AUC is at least 0.75, its lower bound above 0.5', () => {
  const outputs = outputsOf('04-train');
  assert.equal(shown(outputs, 'application/vnd.plotly.v1+json'), 4);
  const [, area, low] = /ROC AUC ([\d.]+) \(95 % ([\d.]+)/.exec(finding(outputs))!;
  assert.ok(Number(area) >= 0.75 && Number(low) > 0.5, finding(outputs));
});

test('05-gpu-usage draws a run of ours, and lanes and memory of 2018; it finds 32.7 % and 34.5 %', () => {
  const outputs = outputsOf('05-gpu-usage');
  assert.equal(shown(outputs, 'application/vnd.plotly.v1+json'), 3);
  assert.match(finding(outputs), /mean 32\.7 %, idle in 34\.5 % of samples/);
  assert.match(finding(outputs), /Our run: a step takes \d+ ms and waits for data in [\d.]+ % of it/);
  const said = outputs.flatMap(({ data }) => String(data?.['text/plain'] ?? '')).join();
  assert.match(
    said,
    /stand still 34\.5 % of the time, together \(when one does, so do 76\.3 % of the others\)/,
  );
});

test('06-data-and-model-parallel draws placements and a measured step; losses agree, the bubble is near its formula', () => {
  const outputs = outputsOf('06-data-and-model-parallel', ...given(NARROW));
  assert.equal(shown(outputs, 'image/svg+xml'), 2);
  const said = outputs.flatMap(({ data }) => String(data?.['text/plain'] ?? '')).join();
  const lossesOf = (name: string): number[] =>
    new RegExp(`${name}: loss ([\\d., ]+)`).exec(said)![1]!.split(', ').map(Number);
  for (const name of ['data', 'pipeline', 'hybrid'])
    for (const [step, loss] of lossesOf('single').entries())
      assert.ok(Math.abs(lossesOf(name)[step]! - loss) < 0.15, `${name}, step ${step}`);
  const [, idle, equal, these] = /idle for ([\d.]+) % .* says ([\d.]+) % .* ([\d.]+) % for these/
    .exec(finding(outputs))!
    .map(Number);
  assert.equal(equal, 11.1);
  assert.ok(idle! > 0 && idle! < 100 && these! >= equal!, finding(outputs));
});

test('07-feed shows patches before and after, and what each sampling draws', () => {
  const outputs = outputsOf('07-feed');
  assert.equal(shown(outputs, 'image/svg+xml'), 7);
  assert.equal(shown(outputs, 'application/vnd.plotly.v1+json'), 2);
  assert.match(finding(outputs), /balanced: 50\.0 % nodules.*natural: .* all of \d+ rows/s);
});

test('08-evaluate scores three parts, draws curves, shows what is wrong and what speaks for a nodule', () => {
  const outputs = outputsOf('08-evaluate', '-p', `RUN=${RUN}`);
  assert.equal(shown(outputs, 'application/vnd.plotly.v1+json'), 5);
  const said = outputs.flatMap(({ data }) => String(data?.['text/plain'] ?? '')).join();
  for (const part of ['training', 'validation', 'heldOut']) assert.match(said, new RegExp(`part: '${part}'`));
  const [, area, cpm] = /ROC AUC ([\d.]+) .* CPM ([\d.]+);/.exec(finding(outputs))!.map(Number);
  assert.ok(area! > 0.5 && area! <= 1 && cpm! > 0 && cpm! < 1, finding(outputs));
  assert.match(readFileSync(join(out, '08-evaluate.html'), 'utf8'), /the most wrong/);
});

test('09-own-scan finds nodules of a scan that its network has never seen, and shows them', () => {
  const outputs = outputsOf('09-own-scan', '-p', `RUN=${RUN}`);
  assert.equal(shown(outputs, 'image/svg+xml'), 2);
  assert.equal(shown(outputs, 'application/vnd.jupyter.widget-view+json'), 2);
  const [, all, found, byShape, byNetwork] =
    /of (\d+) marks of nodules (\d+) .* first 10: (\d+) by shape, (\d+) by/
      .exec(finding(outputs))!
      .map(Number);
  assert.ok(found! > all! / 2 && byNetwork! > 0 && byShape! <= 10, finding(outputs));
  const folder = inRepository('runs', 'notebook-09');
  assert.ok(readFileSync(join(folder, 'marks.csv'), 'utf8').trim().split('\n').length > 20);
  assert.equal(JSON.parse(readFileSync(join(folder, 'marks.mrk.json'), 'utf8')).markups.length, 1);
});

test('10-analysis makes the charts and the table of 2018 again, and says why four GPUs waited', () => {
  const outputs = outputsOf('10-analysis', '-p', `RUN=${RUN}`);
  assert.equal(shown(outputs, 'application/vnd.plotly.v1+json'), 6);
  assert.match(
    finding(outputs),
    /1\.27 times as fast as one \(31\.7 % of ideal\), at work 32\.7 % of the time, at 0 % in 34\.5 % of samples/,
  );
  assert.match(
    finding(outputs),
    /took 94\.5 % of a step on four GPUs; steps of notebook-04 here wait [\d.]+ %/,
  );
});

test('11-own-model: a network of twelve lines and one of the table both tell nodules; the own one is exported', () => {
  const outputs = outputsOf('11-own-model');
  assert.equal(shown(outputs, 'application/vnd.plotly.v1+json'), 2);
  const said = outputs.flatMap(({ data }) => String(data?.['text/plain'] ?? '')).join();
  assert.match(said, /runs\/notebook-11\/mine\/export\/network\.onnx/);
  const [, mine, table] = /ROC AUC ([\d.]+) by mine .*, ([\d.]+) by cnn3d/.exec(finding(outputs))!;
  assert.ok(Number(mine) > 0.6 && Number(table) > 0.6, finding(outputs));
  const folder = inRepository('runs', 'notebook-11');
  const kinds = readFileSync(join(folder, 'elsewhere.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { kind: string }).kind);
  assert.deepEqual([kinds[0], kinds.at(-1), new Set(kinds).size], ['start', 'end', 5]);
});

test('12-crossval scores every scan once, by networks that never saw it', () => {
  const outputs = outputsOf('12-crossval', ...given(SHORT));
  assert.equal(shown(outputs, 'application/vnd.plotly.v1+json'), 3);
  const [, scans, area, cpm] = /(\d+) scans, .* ROC AUC ([\d.]+) .* CPM ([\d.]+)/.exec(finding(outputs))!;
  const all = readFileSync(inRepository('data', 'raw', 'seriesuids.csv'), 'utf8')
    .trim()
    .split('\n').length;
  assert.equal(Number(scans), all);
  assert.ok(Number(area) > 0.5 && Number(area) <= 1 && Number(cpm) > 0 && Number(cpm) < 1, finding(outputs));
});

test('their pages are small, fit 700 to 1600 pixels, ask nobody and have no serious fault that axe-core finds', {
  skip: whyNoLab(),
}, async (t) => {
  const browser = await openBrowser();
  t.after(() => browser.close());
  for (const name of NOTEBOOKS)
    await t.test(name, async () => {
      const file = join(out, name.replace('.ipynb', '.html'));
      assert.ok(statSync(file).size < 3e6, `${statSync(file).size} bytes`);
      const page = await browser.newPage();
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url().slice(0, 60)));
      await page.goto(pathToFileURL(file).href);
      await page.waitForTimeout(500); // until its viewers have drawn themselves
      for (const width of [700, 1100, 1600]) {
        await page.setViewportSize({ width, height: 900 });
        const inside = (await page.evaluate('document.documentElement.scrollWidth')) as number;
        assert.ok(inside <= width, `${inside} of ${width} pixels`);
      }
      assert.deepEqual(await accessibilityFaults(page), []);
      const outside = asked.filter((url) => !/^(data|blob|file):/.test(url));
      assert.deepEqual(outside, []);
      await page.close();
    });
});

test('the same in JupyterLab: no error, and every figure is drawn', { skip: whyNoLab() }, async (t) => {
  const lab = await openLab();
  // LAB_SCREENSHOTS names a folder where they are kept.
  const pictures = process.env.LAB_SCREENSHOTS ?? join(out, 'screenshots');
  for (const name of NOTEBOOKS) writeFileSync(join(lab.folder, name), shortened(name));
  const notebook = await lab.open(NOTEBOOKS[0]!);
  for (const [at, name] of NOTEBOOKS.entries())
    await t.test(name, async () => {
      if (at > 0) await notebook.next(name);
      await notebook.runAll();
      assert.deepEqual(await notebook.errors(), []);
      assert.deepEqual(await notebook.emptyOutputs(), []);
      await notebook.screenshot(join(pictures, name.replace('.ipynb', '.png')));
    });
  await lab.close();
});
