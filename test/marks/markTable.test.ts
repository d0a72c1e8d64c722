import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSubmission } from '../../src/evaluation/submission.js';
import type { ReadingMark } from '../../src/marks/mark.js';
import { marksToCsv } from '../../src/marks/markTable.js';
import { readMarks } from '../../src/marks/readMarks.js';

test('marksToCsv() is a submission that readSubmission() and readMarks() take', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-marks-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const marks: ReadingMark[] = [
    { centerWorldMm: [1.5, -2.25, 1 / 3], probability: 0.75, diameterMm: 6.5 },
    { centerWorldMm: [0, 0, 0], probability: 0.125 },
  ];
  const file = join(folder, 'marks.csv');
  writeFileSync(file, marksToCsv(marks, 'a'));
  assert.deepEqual(Array.from(readSubmission(file).score), [0.75, 0.125]);
  assert.deepEqual([...readMarks(file)], [['a', marks]]);
  const detected: ReadingMark[] = [{ centerWorldMm: [1, 2, 3], score: 7, diameterMm: 4 }];
  const text = marksToCsv(detected, 'b');
  assert.equal(text, 'seriesuid,coordX,coordY,coordZ,probability,diameter_mm,score\nb,1,2,3,,4,7\n');
});
