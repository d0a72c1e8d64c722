import { decimalNumber } from '../../decimal.js';
import { withFile } from '../voxels/inputFile.js';
import { peekDicom } from './dicomDataSet.js';
import { fieldsOf } from './dicomFields.js';

const SLICE_THICKNESS = 0x00180050;
/** It stands in the first KiB. */
const START_BYTES = 1 << 16;

/** SliceThickness (0018,0050) of a slice, in mm; undefined where its header does not say it. Throws InputError. */
export async function dicomSliceThicknessMm(file: string): Promise<number | undefined> {
  const opened = peekDicom(await withFile(file, (input) => input.content(START_BYTES)));
  const fields = opened && fieldsOf(opened, file, new Set([SLICE_THICKNESS]), SLICE_THICKNESS);
  const value = decimalNumber(fields?.text(SLICE_THICKNESS) ?? '');
  return value > 0 ? value : undefined;
}
