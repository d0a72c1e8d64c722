import { basename } from 'node:path';
import type { DicomSlice } from './dicomHeader.js';

/** A slice for messages: its file's own name, and which of its images. */
export function nameOf({ file, frame, pixels }: DicomSlice): string {
  return pixels.frames === 1 ? basename(file) : `frame ${frame + 1} of ${basename(file)}`;
}

/** A length for messages. */
export function millimetres(mm: number): string {
  return `${Number(mm.toFixed(4))} mm`;
}
