import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSeriesUids } from '../../src/candidates/seriesUids.js';

test('readSeriesUids() reads lists as people have them, and names what is none', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-series-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const read = (text: string): readonly string[] => {
    writeFileSync(join(folder, 'list.csv'), text);
    return readSeriesUids(join(folder, 'list.csv'));
  };
  for (const text of ['a\nb\n', '\uFEFFa\r\nb', 'seriesuid\n a \n\nb\n', '"a"\n"b"\n', 'a,\nb;\n'])
    assert.deepEqual(read(text), ['a', 'b'], JSON.stringify(text));
  assert.deepEqual(read('subset;seriesuid\n0;a\n1;b\n'), ['a', 'b']);
  assert.deepEqual(read('sep=;\nseriesuid\na\nb;\n'), ['a', 'b']);
  assert.throws(
    () => read('a\nb\na\n'),
    /list\.csv:3: expected each series once, received a twice \(first in line 1\)/,
  );
  assert.throws(() => read('a\nb,2\n'), /list\.csv:2: expected one series uid a line, received "b,2"/);
  assert.throws(() => read('seriesuid\n'), /expected series uids, one a line, received none/);
  assert.throws(() => readSeriesUids(join(folder, 'none.csv')), /none\.csv: expected a table, found nothing/);
});
