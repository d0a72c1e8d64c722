import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterMarks } from '../../../src/candidates/lidc/clusterMarks.js';
import { REFERENCES, readingOf } from './lidcReference.js';

test("clusterMarks() finds pylidc's clusters, also where more than four marks come together", () => {
  for (const reference of REFERENCES) {
    const { originZMm, spacingMm, sliceThicknessMm } = reference;
    const marks = readingOf(reference).marks.filter(({ kind }) => kind === 'nodule');
    const sliceOf = (zMm: number): number => (zMm - originZMm) / spacingMm[2];
    const { clusters, isCrowded } = clusterMarks(marks, sliceOf, sliceThicknessMm);
    const indexes = clusters.map((cluster) => cluster.map((mark) => marks.indexOf(mark)).join(' '));
    assert.deepEqual(
      indexes.toSorted(),
      reference.clusters.map((cluster) => cluster.join(' ')).toSorted(),
      reference.file,
    );
    assert.equal(
      isCrowded,
      reference.clusters.some(({ length }) => length > 4),
    );
  }
});

test('clusterMarks() parts neighbours that come together at first', () => {
  const reference = REFERENCES.find(({ file }) => file === 'lidcNeighbours.xml')!;
  const marks = readingOf(reference).marks;
  const sliceOf = (zMm: number): number => (zMm - reference.originZMm) / reference.spacingMm[2];
  const sizes = (within: number): number[] =>
    clusterMarks(marks.slice(0, 4), sliceOf, within).clusters.map(({ length }) => length);
  assert.deepEqual(sizes(reference.sliceThicknessMm), [4], 'two marks of each of two nodules touch');
  assert.equal(clusterMarks(marks, sliceOf, reference.sliceThicknessMm).clusters.length, 2);
});

test('clusterMarks() of none is none', () => {
  assert.deepEqual(
    clusterMarks([], () => 0, 1),
    { clusters: [], isCrowded: false },
  );
});
