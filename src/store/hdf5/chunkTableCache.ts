import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { EnvironmentError } from '../../errors.js';
import { writeFileAtomically } from '../../paths.js';
import { type ChunkTable, emptyTable } from './chunkTable.js';

/*
 * `<file>.index` beside a chunked file: one line of JSON that says what it was made from, the table's three arrays, and a sha256
 * of all that. It saves a walk over the file's own index (seconds on a network disk), and is never believed beyond its checks.
 */

/** 2: from files whose checksums were looked at. */
const VERSION = 2;
const SHA256_BYTES = 32;

/** What a table was made from; any difference makes the cache useless. */
interface Origin {
  readonly version: number;
  readonly dataset: string;
  readonly fileBytes: string;
  readonly modifiedNs: string;
  /** Of the file's beginning and the dataset's header. */
  readonly headSha256: string;
  readonly chunks: number;
}

/** Of the file as it is now. `head`: the bytes that decide how the table is read. */
export function originOf(path: string, dataset: string, head: Uint8Array, chunks: number): Origin {
  const { size, mtimeNs } = statSync(path, { bigint: true });
  const headSha256 = createHash('sha256').update(head).digest('hex');
  return {
    version: VERSION,
    dataset,
    fileBytes: String(size),
    modifiedNs: String(mtimeNs),
    headSha256,
    chunks,
  };
}

/** The cached table; undefined where there is none, or one of another file, or a damaged one. */
export function readCachedTable(path: string, origin: Origin): ChunkTable | undefined {
  let content: Buffer;
  try {
    content = readFileSync(cachePath(path));
  } catch {
    return undefined;
  }
  const head = headOf(origin);
  const end = head.length + 16 * origin.chunks;
  if (content.length !== end + SHA256_BYTES || !content.subarray(0, head.length).equals(head))
    return undefined;
  if (!sha256(content.subarray(0, end)).equals(content.subarray(end))) return undefined;
  const table = emptyTable(origin.chunks);
  let at = head.length;
  for (const part of partsOf(table)) {
    part.set(content.subarray(at, at + part.length));
    at += part.length;
  }
  return table;
}

/** Writes the table beside the file; in silence nothing where the folder cannot be written. */
export function writeCachedTable(path: string, origin: Origin, table: ChunkTable): void {
  const content = Buffer.concat([headOf(origin), ...partsOf(table)]);
  try {
    writeFileAtomically(cachePath(path), Buffer.concat([content, sha256(content)]), { flush: false });
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
  }
}

function cachePath(path: string): string {
  return `${path}.index`;
}

function headOf(origin: Origin): Buffer {
  return Buffer.from(`${JSON.stringify({ voxlabRowIndex: origin })}\n`);
}

function partsOf({ offsets, sizes, masks }: ChunkTable): Uint8Array[] {
  return [offsets, sizes, masks].map((part) => new Uint8Array(part.buffer));
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
