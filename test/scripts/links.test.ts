import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inRepository } from '../../src/paths.js';

interface Checked {
  readonly pages: number;
  readonly links: number;
  readonly dead: readonly string[];
}
const { checkPages, checkMarkdown } = (await import(
  pathToFileURL(inRepository('scripts', 'links.mjs')).href
)) as {
  checkPages(folder: string): Checked;
  checkMarkdown(root: string, files: readonly string[]): Checked;
};

const FILES = {
  'index.html': `<h1 id="top">A</h1> <a href="b/page.html#there">1</a> <a href='x'>2</a> <a href="https://example.org/x">3</a>
    <a href="#top">4</a> <a href="#gone">5</a> <img src="none.png"/>`,
  'b/page.html': '<p id="there"><a href="../index.html">1</a> <a href="../index.html#else">2</a></p>',
  'README.md': `# Two words, *here*!
    [to itself](#two-words-here) [a page](b/other.md#1-of-2) [no heading](b/other.md#3-of-2) [no file](c.md)
    \`[code](nowhere.md)\` [elsewhere](https://example.org) ![picture](p.svg)
\`\`\`
[code](nowhere.md)
\`\`\``,
  'b/other.md': '## 1 of 2\n\n[back](../README.md) [folder](../b) <img src="../p.svg">',
  'p.svg': '<svg/>',
};

test('checkPages() and checkMarkdown() name every relative link that leads nowhere, and those alone', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-links-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'b'));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  assert.deepEqual(checkPages(folder), {
    pages: 2,
    links: 7,
    dead: ['b/page.html: ../index.html#else', 'index.html: x', 'index.html: #gone', 'index.html: none.png'],
  });
  assert.deepEqual(checkMarkdown(folder, ['README.md', 'b/other.md']), {
    pages: 2,
    links: 8,
    dead: ['README.md: b/other.md#3-of-2', 'README.md: c.md'],
  });
});
