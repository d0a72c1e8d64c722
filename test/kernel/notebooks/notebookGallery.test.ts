import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { galleryPage, writeGallery } from '../../../src/kernel/notebooks/notebookGallery.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-gallery-'));
after(() => rmSync(folder, { recursive: true }));

function write(
  name: string,
  source: string,
  outputs: readonly object[],
  more: readonly string[] = [],
): string {
  const cells = [
    { id: 'text', cell_type: 'markdown', metadata: {}, source },
    ...more.map((code, i) => ({
      ...{
        id: `more-${i}`,
        cell_type: 'code',
        metadata: {},
        source: code,
        outputs: [],
        execution_count: null,
      },
    })),
    { id: 'code', cell_type: 'code', metadata: {}, source: 'x', outputs, execution_count: 1 },
  ];
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }));
  return path;
}

test('writeGallery() writes a page of each notebook, its title, text and first picture, and one of all', async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"/>';
  const shown = { output_type: 'display_data', metadata: {}, data: { 'image/svg+xml': svg } };
  const first = write(
    '01 a&b.ipynb',
    '# What <is> it?\n\nA *scan* with [words](x.md).\n\n[Next](02.ipynb#there), [other](sub/03.ipynb).',
    [shown],
    ['y'],
  );
  const second = write('02.ipynb', 'No heading.', []);
  const out = join(folder, 'out');
  const { index, pages } = await writeGallery([first, second], out, { missing: ['03-<x>'] });
  assert.deepEqual(
    pages.map(({ title, text, cells, ran }) => [title, text, cells, ran]),
    [
      ['What <is> it?', 'A scan with words.', 2, true],
      ['02', 'No heading.', 1, false],
    ],
  );
  assert.equal(pages[0]!.image, `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`);
  for (const { html, bytes } of pages) assert.equal(readFileSync(html).length, bytes);
  assert.match(readFileSync(pages[0]!.html, 'utf8'), /href="02\.html#there".*href="sub\/03\.ipynb"/s);
  const html = readFileSync(index, 'utf8');
  assert.match(html, /href="01%20a%26b\.html"/);
  assert.match(html, /<h2>What &lt;is&gt; it\?<\/h2>/);
  assert.match(html, /without outputs/);
  assert.match(html, /Not run yet: 03-&lt;x&gt;/);
  for (const page of [html, readFileSync(pages[0]!.html, 'utf8')])
    assert.doesNotMatch(page, /<(script|link|img|iframe)[^>]* (src|href)="(?!data:)/);
});

test('writeGallery() names the notebook that nbconvert cannot read, and writes no gallery', async () => {
  const broken = join(folder, 'broken.ipynb');
  writeFileSync(broken, '{"cells": 3}');
  await assert.rejects(writeGallery([broken], join(folder, 'none')), /nbconvert failed on broken\.ipynb/);
  assert.ok(!existsSync(join(folder, 'none', 'index.html')));
});

test('galleryPage() shortens long texts between words', () => {
  const page = { name: 'n', title: 't', image: null, html: '', cells: 1, ran: true, bytes: 1 };
  const html = galleryPage([{ ...page, text: 'word '.repeat(100) }], []);
  assert.match(html, /(word ){30,34}…/);
  const withoutSpaces = galleryPage([{ ...page, text: '\u80ba'.repeat(500) }], []);
  assert.match(withoutSpaces, /<p>\u80ba{170} …<\/p>/);
});
