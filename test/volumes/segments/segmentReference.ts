import { readFileSync } from 'node:fs';
import { type MeasuredComponent, measureComponents } from '../../../src/candidates/measureComponents.js';
import { inRepository } from '../../../src/paths.js';
import type { SegmentMask } from '../../../src/volumes/segments/segmentMask.js';

const FOLDER = inRepository('test', 'fixtures', 'segments');

export interface ReferencePart extends MeasuredComponent {
  readonly label: number;
}

/** What SciPy measures on the masks of a file (test/fixtures/segments/segmentReference.py). */
export function referenceParts(name: string): readonly ReferencePart[] {
  return JSON.parse(readFileSync(`${FOLDER}/segmentReference.json`, 'utf8'))[name];
}

export const SERIES = '1.2.826.0.1.3680043.8.498.71';

export function segmentFile(name: string): string {
  return `${FOLDER}/${name}`;
}

export function measuredParts(segments: Iterable<SegmentMask>): ReferencePart[] {
  return Array.from(segments, ({ label, mask, geometry }) =>
    measureComponents(mask, geometry).map((part) => ({ label, ...part })),
  ).flat();
}

/** How far apart two points are. */
export function apartMm(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((mm, k) => mm - b[k]!));
}
