import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatSeconds, progressLine, progressText } from '../src/progress.js';

function recorder(isTTY: boolean): { stream: NodeJS.WriteStream; written: string[] } {
  const written: string[] = [];
  const stream = { isTTY, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
  return { stream, written };
}

test('progressText() says stage, share, note and the time left at the pace so far', () => {
  const text = progressText(
    { stage: 'crop', done: 25, total: 100, unit: 'scans', note: '3 scans/s' },
    10_000,
  );
  assert.equal(text, 'crop 25/100 scans (25 %), 3 scans/s, 30 s left');
});

test('progressText() leaves the time out at the start and at the end', () => {
  assert.equal(progressText({ stage: 'crop', done: 0, total: 4, unit: 'scans' }, 0), 'crop 0/4 scans (0 %)');
  assert.equal(
    progressText({ stage: 'crop', done: 4, total: 4, unit: 'scans' }, 900),
    'crop 4/4 scans (100 %)',
  );
});

test('progressText() takes the pace of what was done since it began: a resumed run knows none yet', () => {
  const at = (done: number, elapsedMs: number) =>
    progressText({ stage: 'train', done, total: 200, unit: 'steps' }, elapsedMs, 100);
  assert.equal(at(100, 0), 'train 100/200 steps (50 %)');
  assert.equal(at(120, 20_000), 'train 120/200 steps (60 %), 1 min 20 s left');
});

test('progressLine() says no time left with the first that it hears of a stage', () => {
  const { stream, written } = recorder(false);
  const line = progressLine(stream, 0);
  line.update({ stage: 'evaluate', done: 16, total: 198, unit: 'patches' });
  assert.deepEqual(written, ['evaluate 16/198 patches (8 %)\n']);
});

test('progressLine() redraws one line on a terminal', () => {
  const { stream, written } = recorder(true);
  const line = progressLine(stream, 0);
  line.update({ stage: 'a', done: 1, total: 2, unit: 'rows' });
  line.update({ stage: 'a', done: 2, total: 2, unit: 'rows' });
  line.end();
  assert.equal(written.length, 3);
  assert.ok(written.slice(0, 2).every((text) => text.startsWith('\r')));
  assert.equal(written[2], '\n');
});

test('progressLine() writes whole lines to a file, not more often than asked, and always the last', () => {
  const { stream, written } = recorder(false);
  const line = progressLine(stream, 60_000);
  for (let done = 1; done <= 50; done++) line.update({ stage: 'a', done, total: 50, unit: 'rows' });
  assert.deepEqual(
    written.map((text) => text.split(' ')[1]),
    ['1/50', '50/50'],
  );
  assert.ok(written.every((text) => text.endsWith('\n')));
});

test('formatSeconds() uses the largest two units', () => {
  assert.deepEqual([0, 59, 60, 200, 7500].map(formatSeconds), [
    '0 s',
    '59 s',
    '1 min 0 s',
    '3 min 20 s',
    '2 h 05 min',
  ]);
});
