import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

export interface FileSum {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Of a file that may be larger than memory: it is read in pieces. */
export function sumOfFile(path: string): FileSum {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(1 << 20);
  const file = openSync(path, 'r');
  let bytes = 0;
  try {
    for (let got = readSync(file, piece); got > 0; got = readSync(file, piece)) {
      hash.update(piece.subarray(0, got));
      bytes += got;
    }
  } finally {
    closeSync(file);
  }
  return { bytes, sha256: hash.digest('hex') };
}
