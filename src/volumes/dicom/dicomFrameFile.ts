import type { DicomPixels } from './dicomPixels.js';
import { dicomFile, dicomItem } from './dicomWriter.js';

/** Secondary Capture: a kind whose voxels no reader changes. */
const SOP_CLASS = '1.2.840.10008.5.1.4.1.1.7';
const INSTANCE = '1.2.826.0.1.3680043.8.498.0';
/** PixelData in parts, of unknown length, and the mark behind the last part. */
const PARTS = Buffer.from('e07f10004f420000ffffffff', 'hex');
const PARTS_END = Buffer.from('feffdde000000000', 'hex');

/**
 * A DICOM file of one compressed frame and nothing else: what a decoder needs, and nothing for which it would change a
 * value (a photometric interpretation that is dark where values are high, a slope, the kind of the image, a sign), nor
 * anything of a patient. `bitsStored` are the stream's own.
 */
export function dicomFrameFile(frame: Buffer, pixels: DicomPixels, bitsStored: number): Buffer {
  const head = dicomFile(
    {
      '0008,0016': ['UI', SOP_CLASS],
      '0008,0018': ['UI', INSTANCE],
      '0028,0002': ['US', 1],
      '0028,0004': ['CS', 'MONOCHROME2'],
      '0028,0010': ['US', pixels.rows],
      '0028,0011': ['US', pixels.columns],
      '0028,0100': ['US', 8 * pixels.bytes],
      '0028,0101': ['US', bitsStored],
      '0028,0102': ['US', bitsStored - 1],
      '0028,0103': ['US', 0],
    },
    pixels.syntax,
  );
  const padded = frame.length % 2 === 0 ? frame : Buffer.concat([frame, Buffer.alloc(1)]);
  const emptyTable = dicomItem(Buffer.alloc(0));
  return Buffer.concat([head, PARTS, emptyTable, dicomItem(padded), PARTS_END]);
}
