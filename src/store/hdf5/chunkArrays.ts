import { addressAt, checkedBytes, type Hdf5File, signedBytes } from './hdf5Bytes.js';
import type { PutNumbered } from './putChunk.js';

/*
 * The array indexes of the newest format: chunk i is element i. An element is an address, and for filtered chunks their bytes
 * and filter mask. Long blocks are cut into pages, each with a checksum of 4 bytes; pages that were never written have no bit.
 */

const CHECKSUM = 4;

/** What reading elements needs. */
interface Elements {
  readonly file: Hdf5File;
  readonly elementBytes: number;
  /** Of a chunk without filters. */
  readonly chunkBytes: number;
  readonly put: PutNumbered;
}

/** For datasets without unlimited axes. */
export function readFixedArray(file: Hdf5File, offset: number, chunkBytes: number, put: PutNumbered): void {
  const header = signedBytes(file, offset, 24, 'FAHD');
  const elements = { file, elementBytes: header[6]!, chunkBytes, put };
  const [pageElements, count] = [2 ** header[7]!, Number(header.readBigUInt64LE(8))];
  const block = addressAt(file, header, 16);
  if (block === undefined) return;
  const pages = count > pageElements ? Math.ceil(count / pageElements) : 0;
  const bitBytes = Math.ceil(pages / 8);
  const bytes = pages === 0 ? count * elements.elementBytes : bitBytes;
  const content = signedBytes(file, block, 14 + bytes, 'FADB').subarray(14);
  if (pages === 0) putElements(elements, content, count, 0);
  else
    putPages(elements, {
      block: 'FADB',
      start: block + 14 + bitBytes + CHECKSUM,
      bits: content,
      firstBit: 0,
      pageElements,
      count,
      first: 0,
    });
}

/** For datasets with one unlimited axis: an index block, then blocks that grow, most of them listed by super blocks. */
export function readExtensibleArray(
  file: Hdf5File,
  offset: number,
  chunkBytes: number,
  put: PutNumbered,
): void {
  const header = signedBytes(file, offset, 68, 'EAHD');
  const [elementBytes, maxBits, inIndexBlock] = [header[6]!, header[7]!, header[8]!];
  const [leastElements, leastPointers, pageElements] = [header[9]!, header[10]!, 2 ** header[11]!];
  const indexBlock = addressAt(file, header, 60);
  if (indexBlock === undefined) return;
  const elements = { file, elementBytes, chunkBytes, put };
  const superBlocks = 1 + maxBits - Math.log2(leastElements);
  // The blocks of the first super blocks are listed in the index block itself.
  const directSupers = 2 * Math.log2(leastPointers);
  const directBlocks = 2 * (leastPointers - 1);
  const offsetBytes = Math.ceil(maxBits / 8);
  const pointers = 14 + inIndexBlock * elementBytes;
  const index = signedBytes(
    file,
    indexBlock,
    pointers + 8 * (directBlocks + superBlocks - directSupers),
    'EAIB',
  );
  putElements(elements, index.subarray(14), inIndexBlock, 0);

  const readBlock = (block: number, count: number, first: number, bits: Buffer, firstBit: number): void => {
    const head = 14 + offsetBytes;
    const isPaged = count > pageElements;
    const content = signedBytes(file, block, head + (isPaged ? 0 : count * elementBytes), 'EADB');
    if (!isPaged) return putElements(elements, content.subarray(head), count, first);
    const start = block + head + CHECKSUM;
    putPages(elements, { block: 'EADB', start, bits, firstBit, pageElements, count, first });
  };
  let first = inIndexBlock;
  let direct = 0;
  for (let s = 0; s < superBlocks; s++) {
    const [blocks, count] = [2 ** Math.floor(s / 2), 2 ** Math.floor((s + 1) / 2) * leastElements];
    let [list, listAt]: [Buffer, number] = [index, pointers + 8 * direct];
    const pages = count > pageElements ? count / pageElements : 0;
    const bitBytes = Math.ceil(pages / 8);
    let bits: Buffer = Buffer.alloc(blocks * bitBytes);
    if (s >= directSupers) {
      const superBlock = addressAt(file, index, pointers + 8 * (directBlocks + s - directSupers));
      if (superBlock !== undefined) {
        const bitsAt = 14 + offsetBytes;
        list = signedBytes(file, superBlock, bitsAt + blocks * (bitBytes + 8), 'EASB');
        bits = list.subarray(bitsAt, bitsAt + blocks * bitBytes);
        listAt = bitsAt + blocks * bitBytes;
      } else list = Buffer.alloc(0);
    } else direct += blocks;
    for (let b = 0; b < blocks && list.length > 0; b++) {
      const block = addressAt(file, list, listAt + 8 * b);
      if (block !== undefined) readBlock(block, count, first + b * count, bits, b * pages);
    }
    first += blocks * count;
  }
}

interface Pages {
  /** Signature of the block that they are pages of. */
  readonly block: string;
  /** File offset of the first page. */
  readonly start: number;
  /** One a page, the highest bit of a byte first. */
  readonly bits: Buffer;
  /** That of the first page: the blocks of a super block share theirs, one behind the other. */
  readonly firstBit: number;
  readonly pageElements: number;
  /** Elements in all pages. */
  readonly count: number;
  /** Number of the first element. */
  readonly first: number;
}

function putPages(elements: Elements, pages: Pages): void {
  const { block, start, bits, firstBit, pageElements, count, first } = pages;
  const { file, elementBytes } = elements;
  const pageBytes = pageElements * elementBytes + CHECKSUM;
  for (let page = 0; page * pageElements < count; page++) {
    const bit = firstBit + page;
    if ((bits[bit >> 3]! & (0x80 >> (bit & 7))) === 0) continue;
    const before = page * pageElements;
    const there = Math.min(pageElements, count - before);
    const offset = start + page * pageBytes;
    const content = checkedBytes(file, offset, there * elementBytes, `a page of ${block}`);
    putElements(elements, content, there, first + before);
  }
}

function putElements(
  { file, elementBytes, chunkBytes, put }: Elements,
  bytes: Buffer,
  count: number,
  first: number,
): void {
  const isFiltered = elementBytes > 8;
  const sizeBytes = elementBytes - 12;
  for (let i = 0; i < count; i++) {
    const at = i * elementBytes;
    const chunk = addressAt(file, bytes, at);
    if (chunk === undefined) continue;
    if (isFiltered)
      put(
        first + i,
        chunk,
        bytes.readUIntLE(at + 8, Math.min(sizeBytes, 6)),
        bytes.readUInt32LE(at + 8 + sizeBytes),
      );
    else put(first + i, chunk, chunkBytes, 0);
  }
}
