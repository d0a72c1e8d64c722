import { decimalNumber } from '../../decimal.js';
import { withFile } from '../voxels/inputFile.js';
import { elementsOf, peekDicom } from './dicomDataSet.js';
import { DicomFields } from './dicomFields.js';

const SLICE_THICKNESS = 0x00180050;
/** It stands in the first KiB. */
const START_BYTES = 1 << 16;

/** SliceThickness (0018,0050) of a slice, in mm; undefined where its header does not say it. Throws InputError. */
export async function dicomSliceThicknessMm(file: string): Promise<number | undefined> {
  const opened = peekDicom(await withFile(file, (input) => input.content(START_BYTES)));
  const elements = opened && elementsOf(opened, new Set([SLICE_THICKNESS]), SLICE_THICKNESS);
  if (opened === undefined || elements === undefined) return undefined;
  const text = new DicomFields(opened.bytes, [elements], opened.coding.bigEndian, file).text(SLICE_THICKNESS);
  const value = text === undefined ? Number.NaN : decimalNumber(text);
  return value > 0 ? value : undefined;
}
