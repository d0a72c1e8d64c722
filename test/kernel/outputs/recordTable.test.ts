import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordTable } from '../../../src/kernel/outputs/recordTable.js';
import { findChromium, openBrowser } from '../../program/chromium.js';

test('recordTable() makes a table of records, also where some lack a column', () => {
  const { 'text/html': html } = recordTable([
    { uid: 'a', hu: -1000 },
    { uid: 'b', note: '<i>' },
  ]);
  const cells = [...html!.matchAll(/<t[dh]\b[^>]*>(.*?)<\/t[dh]>/g)].map(([, text]) => text);
  assert.deepEqual(cells, ['', 'uid', 'hu', 'note', '0', 'a', '-1000', '', '1', 'b', '', '&lt;i&gt;']);
});

test('recordTable() leaves all else to the text', () => {
  class Scan {
    readonly a = 1;
  }
  const nested = { a: { b: 1 }, c: { d: 2 } };
  const wide = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, 1]));
  for (const value of [
    [],
    [{ a: 1 }],
    [1, 2],
    [{ a: 1 }, 2],
    [new Scan(), new Scan()],
    [{}, {}],
    { 0: { a: 1 } },
  ])
    assert.deepEqual(recordTable(value), {});
  assert.deepEqual(recordTable([nested, nested]), {});
  assert.deepEqual(recordTable([wide, wide]), {});
});

test('recordTable() says how many rows and columns it leaves out, and cuts long texts', () => {
  const row = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`k${index}`, 'x'.repeat(500)]));
  const { 'text/html': html } = recordTable(Array.from({ length: 5000 }, () => row));
  assert.match(html!, /the first 100 of 5000 rows, the first 30 of 40 columns/);
  assert.doesNotMatch(html!, /x{81}/);
});

const chromium = findChromium() === undefined && 'no Chromium here';

test('recordTable(): a click on a heading sorts, by number or text, and Enter the other way', {
  skip: chromium,
}, async () => {
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    const rows = [{ uid: 'b', hu: 10 }, { uid: 'a', hu: 9 }, { uid: 'c' }, { uid: 'd', hu: -1000 }];
    await page.setContent(recordTable(rows)['text/html']!);
    const uids = () => page.locator('tbody tr td:nth-child(2)').allTextContents();
    await page.locator('th', { hasText: 'hu' }).click();
    assert.deepEqual(await uids(), ['d', 'a', 'b', 'c']);
    await page.locator('th', { hasText: 'hu' }).press('Enter');
    assert.deepEqual(await uids(), ['b', 'a', 'd', 'c'], 'downwards; what has no value stays last');
    await page.locator('th', { hasText: 'uid' }).click();
    assert.deepEqual(await uids(), ['a', 'b', 'c', 'd']);
    await page.locator('thead th').first().click();
    assert.deepEqual(await uids(), ['b', 'a', 'c', 'd'], 'the order as it came');
  } finally {
    await browser.close();
  }
});
