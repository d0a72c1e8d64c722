import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bubbleShare, passesOf } from '../../../src/training/step/schedule.js';

const short = (schedule: '1f1b' | 'gpipe', stage: number, stages: number, microBatches: number): string =>
  passesOf(schedule, stage, stages, microBatches)
    .map(({ pass, microBatch }) => `${pass === 'forward' ? 'F' : 'B'}${microBatch}`)
    .join(' ');

test('passesOf(): GPipe runs all forward, then all backward; 1F1B as in PipeDream-Flush', () => {
  assert.equal(short('gpipe', 0, 3, 3), 'F0 F1 F2 B0 B1 B2');
  assert.equal(short('1f1b', 0, 3, 4), 'F0 F1 F2 B0 F3 B1 B2 B3');
  assert.equal(short('1f1b', 1, 3, 4), 'F0 F1 B0 F2 B1 F3 B2 B3');
  assert.equal(short('1f1b', 2, 3, 4), 'F0 B0 F1 B1 F2 B2 F3 B3');
  assert.equal(short('1f1b', 0, 4, 2), 'F0 F1 B0 B1');
});

test('passesOf(): simulated with equal passes, both schedules idle for the share of the formula', () => {
  for (const schedule of ['1f1b', 'gpipe'] as const)
    for (const [stages, microBatches] of [
      [2, 4],
      [4, 8],
      [3, 1],
    ] as const)
      assert.ok(
        Math.abs(idleShare(schedule, stages, microBatches) - bubbleShare(stages, microBatches)) < 1e-12,
      );
});

/** Each pass takes 1; it waits for the stage before (forward) or behind (backward), and for its own device. */
function idleShare(schedule: '1f1b' | 'gpipe', stages: number, microBatches: number): number {
  const queues = Array.from({ length: stages }, (_, stage) =>
    passesOf(schedule, stage, stages, microBatches),
  );
  const ended = new Map<string, number>();
  const free = new Array<number>(stages).fill(0);
  const at = new Array<number>(stages).fill(0);
  const key = (stage: number, pass: string, m: number): string => `${stage} ${pass} ${m}`;
  while (at.some((next, stage) => next < queues[stage]!.length)) {
    let moved = false;
    for (let stage = 0; stage < stages; stage++) {
      const next = queues[stage]![at[stage]!];
      if (next === undefined) continue;
      const { pass, microBatch } = next;
      const needs =
        pass === 'forward'
          ? stage === 0
            ? 0
            : ended.get(key(stage - 1, 'forward', microBatch))
          : stage === stages - 1
            ? ended.get(key(stage, 'forward', microBatch))
            : ended.get(key(stage + 1, 'backward', microBatch));
      if (needs === undefined) continue;
      const end = Math.max(needs, free[stage]!) + 1;
      ended.set(key(stage, pass, microBatch), end);
      free[stage] = end;
      at[stage]!++;
      moved = true;
    }
    assert.ok(moved, 'a schedule that hangs');
  }
  return 1 - (2 * microBatches) / Math.max(...free);
}
