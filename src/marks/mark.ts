import type { Vector3 } from '../volumes/voxels/volume.js';

/** A place that a program points at. */
export interface ReadingMark {
  /** LPS. */
  readonly centerWorldMm: Vector3;
  /** Undefined where nobody measured it. */
  readonly diameterMm?: number;
  /** From 0 to 1. */
  readonly probability?: number;
  /** Of a detector: the higher, the surer. */
  readonly score?: number;
}

/** Throws RangeError for a mark that no tool could show. */
export function requireMarks(marks: readonly ReadingMark[]): void {
  for (const [i, { centerWorldMm, diameterMm, probability, score }] of marks.entries()) {
    const expected = (what: string, received: unknown): RangeError =>
      new RangeError(`Expected ${what} of mark ${i + 1}, received ${received}`);
    if (!centerWorldMm.every(Number.isFinite)) throw expected('three finite coordinates', centerWorldMm);
    if (diameterMm !== undefined && !(diameterMm > 0 && Number.isFinite(diameterMm)))
      throw expected('a diameter above 0 mm', diameterMm);
    if (probability !== undefined && !(probability >= 0 && probability <= 1))
      throw expected('a probability from 0 to 1', probability);
    if (score !== undefined && !Number.isFinite(score)) throw expected('a finite score', score);
  }
}

/** What a mark says of itself, in words. */
export function describeMark({ diameterMm, probability, score }: ReadingMark): string {
  return [
    ...(probability === undefined ? [] : [`probability ${probability.toFixed(3)}`]),
    ...(score === undefined ? [] : [`score ${Number(score.toPrecision(4))}`]),
    ...(diameterMm === undefined ? [] : [`diameter ${diameterMm.toFixed(1)} mm`]),
  ].join(', ');
}
