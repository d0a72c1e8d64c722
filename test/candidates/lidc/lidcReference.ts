import { readFileSync } from 'node:fs';
import type { LidcScan } from '../../../src/candidates/lidc/lidcFindings.js';
import { type LidcReading, readLidcReading } from '../../../src/candidates/lidc/lidcReading.js';
import { inRepository } from '../../../src/paths.js';

const FOLDER = inRepository('test', 'fixtures', 'candidates');

/** What pylidc makes of a reading (test/fixtures/candidates/lidcReference.py). */
export interface LidcReference {
  readonly file: string;
  readonly uid: string;
  readonly sliceThicknessMm: number;
  readonly spacingMm: readonly [number, number, number];
  readonly originZMm: number;
  readonly slices: number;
  readonly annotations: readonly {
    readonly reader: number;
    readonly malignancy: number;
    readonly diameterMm: number;
    readonly centroidVoxel: readonly [number, number, number];
  }[];
  /** Indexes of annotations. */
  readonly clusters: readonly (readonly number[])[];
}

export const REFERENCES: readonly LidcReference[] = JSON.parse(
  readFileSync(`${FOLDER}/lidcReference.json`, 'utf8'),
);

export function xmlOf({ file }: LidcReference): string {
  return `${FOLDER}/${file}`;
}

export function readingOf(reference: LidcReference): LidcReading {
  return readLidcReading(xmlOf(reference))!;
}

/** The scan of a reference, 128 x 128 voxels a slice, its first voxel beside the world's origin. */
export function scanOf({ spacingMm, originZMm, slices, sliceThicknessMm }: LidcReference): LidcScan {
  return {
    geometry: {
      size: [128, 128, slices],
      spacingMm,
      originMm: [-45.5, 33.25, originZMm],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    },
    sliceThicknessMm,
  };
}
