import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isInScan } from '../../src/sample/acquisition.js';
import { type Candidate, NEGATIVE_KINDS, NEGATIVES_PER_POSITIVE } from '../../src/sample/candidateSites.js';
import { distance } from '../../src/sample/points.js';
import { planScan } from '../../src/sample/scanPlan.js';

const plans = Array.from({ length: 10 }, (_, index) =>
  planScan({ seed: 3, scans: 30, coarsening: 1 }, index),
);
type Positive = Extract<Candidate, { kind: 'nodule' }>;
const positivesOf = (candidates: readonly Candidate[]): Positive[] =>
  candidates.filter((candidate): candidate is Positive => candidate.kind === 'nodule');

test('placeCandidates() has exactly 5 negatives to a positive, of every kind', () => {
  for (const { candidates } of plans) {
    const positives = positivesOf(candidates).length;
    assert.equal(candidates.length - positives, NEGATIVES_PER_POSITIVE * positives);
  }
  const kinds = new Set(plans.flatMap(({ candidates }) => candidates.map(({ kind }) => kind)));
  for (const kind of NEGATIVE_KINDS) assert.ok(kinds.has(kind) || kind === 'vessel', kind);
});

test('placeCandidates() marks nodules up to 4 mm off, always nearer than the radius; finds some twice and misses a few', () => {
  const offsets: number[] = [];
  let [nodules, missed, twice] = [0, 0, 0];
  for (const { candidates, findings } of plans) {
    const positives = positivesOf(candidates);
    for (const { center, nodule } of positives) {
      offsets.push(distance(center, nodule.center));
      assert.ok(offsets.at(-1)! < Math.min(4, nodule.radiusMm));
    }
    for (const nodule of findings.nodules) {
      const marks = positives.filter((positive) => positive.nodule === nodule).length;
      nodules++;
      if (marks === 0) missed++;
      if (marks === 2) twice++;
    }
  }
  assert.ok(Math.max(...offsets) > 2.5, `${Math.max(...offsets)}`);
  assert.ok(missed < 0.15 * nodules && twice > 0.1 * nodules && twice < 0.5 * nodules);
});

test('placeCandidates() keeps negatives more than 16 mm from positives, but for a few that exercise notrain', () => {
  for (const { candidates } of plans) {
    const positives = positivesOf(candidates);
    const near = candidates.filter(
      ({ kind, center }) =>
        kind !== 'nodule' && positives.some((positive) => distance(positive.center, center) <= 16),
    );
    assert.ok(near.length <= 3, String(near.length));
    assert.ok(near.every(({ kind }) => kind === 'beside a nodule'));
  }
});

test('placeCandidates() keeps every candidate inside the scan, and mixes the classes', () => {
  for (const { candidates, acquisition } of plans) {
    for (const { center } of candidates) assert.ok(isInScan(acquisition, center, [0, 0, 8]));
    const order = candidates.map(({ kind }) => (kind === 'nodule' ? '1' : '0')).join('');
    assert.ok(!/^1+0+$|^0+1+$/.test(order));
  }
});
