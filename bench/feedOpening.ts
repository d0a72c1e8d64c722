import { join } from 'node:path';
import { openRowIndex } from '../src/store/hdf5/openRowIndex.js';
import type { Peer } from './peer.js';

const ROWS = 152_000;
const VOXELS = 32 ** 3;

/** Opening files of 152,000 rows (10 GB of patches), for the first time and again; a line for people. */
export async function openingTimes(peer: Peer, folder: string): Promise<string> {
  const files = { contiguous: join(folder, 'large.hdf5'), gzip: join(folder, 'large-gzip.hdf5') };
  await peer.ask({ way: 'write_large', file: files.contiguous, to: files.gzip, rows: ROWS, voxels: VOXELS });
  const parts: string[] = [];
  for (const [kind, file] of Object.entries(files)) {
    const before = process.memoryUsage().rss;
    const times: string[] = [];
    for (const when of ['first', 'again', 'again']) {
      const began = performance.now();
      const index = await openRowIndex(file, 'input');
      if ('because' in index) throw new Error(index.because);
      times.push(`${when} ${(performance.now() - began).toFixed(0)} ms`);
    }
    const more = (process.memoryUsage().rss - before) / 1e6;
    parts.push(`${kind} ${times.join(', ')}, ${more.toFixed(0)} MB more memory`);
  }
  return `opening ${ROWS} rows of ${VOXELS} voxels: ${parts.join('; ')} (to stay below: 200 ms after the first time)`;
}
