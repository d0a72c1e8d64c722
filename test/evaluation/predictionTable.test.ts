import assert from 'node:assert/strict';
import { test } from 'node:test';
import { predictionTable } from '../../src/evaluation/predictionTable.js';

test("predictionTable() writes LUNA16's columns; a uid with a comma is quoted", () => {
  const finding = { centerWorldMm: [1.5, -2, 1e-7], class: 1, probability: 0.25 } as const;
  assert.equal(
    predictionTable([
      { ...finding, seriesUid: 'a' },
      { ...finding, seriesUid: 'b,"c"' },
    ]),
    'seriesuid,coordX,coordY,coordZ,probability\na,1.5,-2,1e-7,0.25\n"b,""c""",1.5,-2,1e-7,0.25\n',
  );
});
