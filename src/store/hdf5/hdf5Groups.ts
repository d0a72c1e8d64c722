import {
  addressAt,
  bytesAt,
  checkChecksum,
  checkedBytes,
  type Hdf5File,
  UnknownStructure,
} from './hdf5Bytes.js';
import { MESSAGE, messagesOf } from './hdf5File.js';

/** Offset of the object header of a child of the root group; undefined for a name that is not there. Throws UnknownStructure. */
export function childHeader(file: Hdf5File, name: string): number | undefined {
  for (const { type, body } of messagesOf(file, file.rootHeader)) {
    if (type === MESSAGE.symbolTable) {
      const [tree, heap] = [addressAt(file, body, 0), addressAt(file, body, 8)];
      return tree === undefined || heap === undefined ? undefined : fromSymbolTable(file, name, tree, heap);
    }
    if (type === MESSAGE.link) {
      const link = parseLink(file, body);
      if (link.name === name) return link.header;
    }
    if (type === MESSAGE.linkInfo) {
      const link = denseLinks(file, body).find((each) => each.name === name);
      if (link !== undefined) return link.header;
    }
  }
  return undefined;
}

/**
 * Links of a new group with more than eight: in a fractal heap, as long as that is one block (some twenty links), one behind
 * the other. Empty where the links lie in the object header.
 */
function denseLinks(file: Hdf5File, linkInfo: Buffer): Link[] {
  const heap = addressAt(file, linkInfo, (linkInfo[1]! & 1) !== 0 ? 10 : 2);
  if (heap === undefined) return [];
  if (bytesAt(file, heap, 16).readUInt16LE(7) !== 0)
    throw new UnknownStructure('the links of its root group are filtered');
  const header = checkedBytes(file, heap, 142, 'FRHP');
  const [flags, count] = [header[9]!, Number(header.readBigUInt64LE(70))];
  const [blockBytes, offsetBits] = [Number(header.readBigUInt64LE(112)), header.readUInt16LE(128)];
  const isOneBlock = header.readUInt16LE(140) === 0;
  const blockOffset = addressAt(file, header, 132);
  if (header.toString('latin1', 0, 4) !== 'FRHP' || !isOneBlock || blockOffset === undefined)
    throw new UnknownStructure('its root group has many links, in the newest format');
  const block = bytesAt(file, blockOffset, blockBytes);
  // Signature, version, address of the heap, offset in it, and a checksum where the heap has them.
  let at = 13 + Math.ceil(offsetBits / 8);
  if ((flags & 2) !== 0) {
    const stored = block.readUInt32LE(at);
    checkChecksum(file, blockOffset, 'FHDB', Buffer.from(block).fill(0, at, at + 4), stored);
    at += 4;
  }
  return Array.from({ length: count }, () => {
    const link = parseLink(file, block.subarray(at));
    // The length of a soft link is not worth knowing.
    if (link.header === undefined) throw new UnknownStructure('its root group has soft or external links');
    at += link.bytes;
    return link;
  });
}

/** Old groups: a B-tree of symbol nodes, names in a local heap. */
function fromSymbolTable(file: Hdf5File, name: string, tree: number, heap: number): number | undefined {
  const heapHeader = bytesAt(file, heap, 32);
  const names = bytesAt(
    file,
    Number(heapHeader.readBigUInt64LE(24)) + file.base,
    Number(heapHeader.readBigUInt64LE(8)),
  );
  const search = (node: number, levelsLeft: number): number | undefined => {
    const head = bytesAt(file, node, 24);
    if (head.toString('latin1', 0, 4) === 'SNOD') {
      const count = head.readUInt16LE(6);
      const entries = bytesAt(file, node + 8, count * 40);
      for (let i = 0; i < count; i++) {
        const at = Number(entries.readBigUInt64LE(i * 40));
        if (names.toString('utf8', at, names.indexOf(0, at)) === name)
          return addressAt(file, entries, i * 40 + 8);
      }
      return undefined;
    }
    if (head.toString('latin1', 0, 4) !== 'TREE' || levelsLeft === 0)
      throw new UnknownStructure('a node of its root group has no signature');
    const children = head.readUInt16LE(6);
    const keys = bytesAt(file, node + 24, children * 16 + 8);
    for (let i = 0; i < children; i++) {
      const found = search(Number(keys.readBigUInt64LE(i * 16 + 8)) + file.base, levelsLeft - 1);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(tree, 32);
}

interface Link {
  readonly name: string;
  /** Undefined for soft and external links. */
  readonly header: number | undefined;
  /** Of the whole message; meaningless without a header. */
  readonly bytes: number;
}

/** A link of a new group. */
function parseLink(file: Hdf5File, body: Buffer): Link {
  const flags = body[1]!;
  let at = 2;
  const type = (flags & 8) !== 0 ? body[at++] : 0;
  if ((flags & 4) !== 0) at += 8;
  if ((flags & 16) !== 0) at += 1;
  const lengthBytes = 1 << (flags & 3);
  const length = body.readUIntLE(at, Math.min(lengthBytes, 6));
  at += lengthBytes;
  const name = body.toString('utf8', at, at + length);
  if (type !== 0) return { name, header: undefined, bytes: 0 };
  return { name, header: addressAt(file, body, at + length), bytes: at + length + 8 };
}
