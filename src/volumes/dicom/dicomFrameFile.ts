import type { DicomPixels } from './dicomPixels.js';

/** Secondary Capture: a kind whose voxels no reader changes. */
const SOP_CLASS = '1.2.840.10008.5.1.4.1.1.7';
const INSTANCE = '1.2.826.0.1.3680043.8.498.0';

/**
 * A DICOM file of one compressed frame and nothing else: what a decoder needs, and nothing for which it would change a
 * value (a photometric interpretation that is dark where values are high, a slope, the kind of the image, a sign), nor
 * anything of a patient. `bitsStored` are the stream's own.
 */
export function dicomFrameFile(frame: Buffer, pixels: DicomPixels, bitsStored: number): Buffer {
  const meta = Buffer.concat([
    element(0x00020001, 'OB', Buffer.from([0, 1])),
    element(0x00020002, 'UI', SOP_CLASS),
    element(0x00020003, 'UI', INSTANCE),
    element(0x00020010, 'UI', pixels.syntax),
  ]);
  const metaLength = Buffer.alloc(4);
  metaLength.writeUInt32LE(meta.length);
  const padded = frame.length % 2 === 0 ? frame : Buffer.concat([frame, Buffer.alloc(1)]);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element(0x00020000, 'UL', metaLength),
    meta,
    element(0x00080016, 'UI', SOP_CLASS),
    element(0x00080018, 'UI', INSTANCE),
    element(0x00280002, 'US', 1),
    element(0x00280004, 'CS', 'MONOCHROME2'),
    element(0x00280010, 'US', pixels.rows),
    element(0x00280011, 'US', pixels.columns),
    element(0x00280100, 'US', 8 * pixels.bytes),
    element(0x00280101, 'US', bitsStored),
    element(0x00280102, 'US', bitsStored - 1),
    element(0x00280103, 'US', 0),
    // Voxels in parts: an empty table of offsets, the frame, the end mark.
    Buffer.from('e07f10004f420000ffffffff', 'hex'),
    part(0xe000, Buffer.alloc(0)),
    part(0xe000, padded),
    part(0xe0dd, Buffer.alloc(0)),
  ]);
}

function element(tag: number, vr: 'OB' | 'UI' | 'UL' | 'US' | 'CS', value: Buffer | string | number): Buffer {
  const bytes = valueBytes(vr, value);
  const head = Buffer.alloc(vr === 'OB' ? 12 : 8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.write(vr, 4, 'latin1');
  if (vr === 'OB') head.writeUInt32LE(bytes.length, 8);
  else head.writeUInt16LE(bytes.length, 6);
  return Buffer.concat([head, bytes]);
}

function valueBytes(vr: string, value: Buffer | string | number): Buffer {
  if (typeof value === 'number') return Buffer.from([value & 255, value >> 8]);
  if (typeof value !== 'string') return value;
  return Buffer.from(value.length % 2 === 0 ? value : value + (vr === 'UI' ? '\0' : ' '), 'latin1');
}

function part(mark: number, bytes: Buffer): Buffer {
  const head = Buffer.from([0xfe, 0xff, mark & 255, mark >> 8, 0, 0, 0, 0]);
  head.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([head, bytes]);
}
