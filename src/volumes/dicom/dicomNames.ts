import { basename, relative } from 'node:path';
import type { DicomSlice } from './dicomHeader.js';

/** A slice for messages that begin with `folder`: its file below that, and which of the file's images it is. */
export function nameOf({ file, frame, pixels }: DicomSlice, folder: string): string {
  const below = relative(folder, file);
  const name = below.startsWith('..') ? basename(file) : below;
  return pixels.frames === 1 ? name : `frame ${frame + 1} of ${name}`;
}

/** A length for messages. */
export function millimetres(mm: number): string {
  return `${Number(mm.toFixed(4))} mm`;
}
