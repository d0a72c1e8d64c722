import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CellRun } from '../../src/kernel/cells/cellContext.js';
import { closeWithNextRun } from '../../src/widgets/widgetsOfCell.js';

test('closeWithNextRun() closes what an earlier run of the same cell opened, and nothing else', () => {
  const closed: string[] = [];
  const runOf = (cellId?: string): CellRun => ({ request: { metadata: { cellId } } }) as unknown as CellRun;
  const [first, other, unnamed] = [runOf('a'), runOf('b'), runOf()];
  for (const [name, run] of [
    ['a1', first],
    ['a2', first],
    ['b', other],
    ['c', unnamed],
  ] as const)
    closeWithNextRun(() => closed.push(name), run);
  assert.equal(closed.length, 0);
  closeWithNextRun(() => closed.push('again'), runOf('a'));
  closeWithNextRun(() => closed.push('never'), runOf());
  assert.deepEqual(closed, ['a1', 'a2']);
});
