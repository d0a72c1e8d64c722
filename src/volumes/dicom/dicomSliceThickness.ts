import { closeSync, openSync, readSync } from 'node:fs';
import { decimalNumber } from '../../decimal.js';
import { cannotRead } from '../../paths.js';
import { elementsOf, peekDicom } from './dicomDataSet.js';
import { DicomFields } from './dicomFields.js';

const SLICE_THICKNESS = 0x00180050;
/** It stands in the first KiB. */
const START_BYTES = 1 << 16;

/** SliceThickness (0018,0050) of a slice, in mm; undefined where its header does not say it. Throws InputError. */
export function dicomSliceThicknessMm(file: string): number | undefined {
  const start = Buffer.alloc(START_BYTES);
  let length: number;
  try {
    const descriptor = openSync(file, 'r');
    try {
      length = readSync(descriptor, start, 0, start.length, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw cannotRead(file, 'a DICOM slice', error);
  }
  const opened = peekDicom(start.subarray(0, length));
  const elements = opened && elementsOf(opened, new Set([SLICE_THICKNESS]), SLICE_THICKNESS);
  if (opened === undefined || elements === undefined) return undefined;
  const text = new DicomFields(opened.bytes, [elements], opened.coding.bigEndian, file).text(SLICE_THICKNESS);
  const value = text === undefined ? Number.NaN : decimalNumber(text);
  return value > 0 ? value : undefined;
}
