import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRandom } from '../../../src/random.js';
import { linesBackwards, linesOf } from '../../../src/training/run/fileLines.js';

test('linesOf() and linesBackwards() give the lines of any file, also longer than what is read at a time', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-lines-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'x');
  const random = createRandom('lines');
  const texts = ['', '\n', '\n\n', 'a', 'a\n', 'a\nb', '\na', 'ä\nö\n', 'a\n\nb\n'];
  const many = Array.from({ length: 5000 }, (_, i) => `${i} ${'é'.repeat(random.integer(900))}`).join('\n');
  for (const text of [...texts, many, `${many}\n`, `${'x'.repeat(3 * 2 ** 20)}\nend`]) {
    writeFileSync(file, text);
    const expected = text.split('\n').map((line, at, all) => ({ line, isWhole: at < all.length - 1 }));
    if (expected.at(-1)!.line === '') expected.pop();
    const lines = [...linesOf(file)];
    assert.deepEqual(
      lines.map(({ text: line, isWhole }) => ({ line, isWhole })),
      expected,
    );
    const bytes = Buffer.from(text);
    for (const { text: line, from, to, isWhole } of lines)
      assert.equal(bytes.toString('utf8', from, to), isWhole ? `${line}\n` : line);
    assert.deepEqual([...linesBackwards(file)].reverse(), lines);
  }
});
