import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { InputError } from '../../src/errors.js';
import { readMarks } from '../../src/marks/readMarks.js';

test("readMarks() takes submissions, detectors' tables, annotations and candidates, the surest marks first", (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-marks-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'marks.csv');
  const read = (text: string): unknown[] => {
    writeFileSync(file, text);
    return [...readMarks(file)];
  };
  const at = (x: number): { centerWorldMm: number[] } => ({ centerWorldMm: [x, 2, 3] });
  assert.deepEqual(
    read('seriesuid,coordX,coordY,coordZ,probability\na,1,2,3,0.1\nb,4,2,3,1\na,5,2,3,0.9\n'),
    [
      [
        'a',
        [
          { ...at(5), probability: 0.9 },
          { ...at(1), probability: 0.1 },
        ],
      ],
      ['b', [{ ...at(4), probability: 1 }]],
    ],
  );
  assert.deepEqual(
    read('diameter_mm;score;coordX;coordY;coordZ;seriesuid\n4,5;-3;1;2;3;a\n6,0;8;7;2;3;a\n'),
    [
      [
        'a',
        [
          { ...at(7), score: 8, diameterMm: 6 },
          { ...at(1), score: -3, diameterMm: 4.5 },
        ],
      ],
    ],
  );
  assert.deepEqual(read('seriesuid,coordX,coordY,coordZ,diameter_mm\na,1,2,3,-1\na,7,2,3,\n'), [
    ['a', [at(1), at(7)]],
  ]);
  assert.deepEqual(read('seriesuid,coordX,coordY,coordZ,class\na,1,2,3,1\n'), [['a', [at(1)]]]);
  const refused = (text: string, message: RegExp): void =>
    assert.throws(
      () => read(text),
      (error) => error instanceof InputError && message.test(error.message),
    );
  refused('seriesuid,coordX,coordY\n', /expected a column coordZ/);
  refused(
    'seriesuid,coordX,coordY,coordZ,probability\na,1,2,3,1.5\n',
    /marks\.csv:2: probability: expected a number from 0 to 1, received 1.5; call the column score/,
  );
  refused('', /received an empty file/);
});
