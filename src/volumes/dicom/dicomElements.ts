/** How the elements of a data set are written. */
export interface ElementCoding {
  readonly explicit: boolean;
  readonly bigEndian: boolean;
}

/** One element whose value lies in the bytes that were read. */
export interface DicomElement {
  /** Undefined where the coding does not say it. */
  readonly vr: string | undefined;
  /** First byte of the value. */
  readonly offset: number;
  /** Bytes of the value; UNKNOWN_LENGTH for voxels in parts. */
  readonly length: number;
  /** Of a sequence: the elements of its items. */
  readonly items: readonly DicomElements[];
}

/** By tag: group * 65536 + element. */
export type DicomElements = ReadonlyMap<number, DicomElement>;

export const UNKNOWN_LENGTH = 0xffffffff;
export const PIXEL_DATA = 0x7fe00010;
export const EXPLICIT_LITTLE: ElementCoding = { explicit: true, bigEndian: false };
const IMPLICIT_LITTLE: ElementCoding = { explicit: false, bigEndian: false };

const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;
/** Explicit value representations with a length of 32 bits, behind two bytes that are reserved. */
export const LONG_VRS = new Set('OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' '));
/** No header has more sequences in sequences; damaged bytes may. */
const DEEPEST = 32;

/** Voxels and other bytes; of unknown length they are parts, not items with elements. */
const BYTES_VRS = new Set('OB OD OF OL OV OW'.split(' '));

/** Elements, and the byte behind the last one that was read. */
export interface ElementsRead {
  readonly found: DicomElements;
  readonly end: number;
}

/** The bytes end before the elements do: more of the file is needed, or the file is cut short. */
export class BytesEnd extends Error {}

/**
 * The wanted elements up to the voxels (or up to `until`, which is read, too), of all levels of sequences that are wanted
 * themselves; others are passed over, so that nothing of them is held. https://dicom.nema.org/medical/dicom/current/output/chtml/part05/chapter_7.html
 * Throws BytesEnd; RangeError for bytes that are no elements.
 */
export function readElements(
  bytes: Buffer,
  from: number,
  coding: ElementCoding,
  wanted: ReadonlySet<number>,
  until = PIXEL_DATA,
): ElementsRead {
  return new Walk(bytes, wanted, until).elements(from, undefined, coding, 0);
}

interface Head {
  readonly tag: number;
  readonly vr: string | undefined;
  readonly length: number;
  readonly offset: number;
}

class Walk {
  readonly #bytes: Buffer;
  readonly #wanted: ReadonlySet<number>;
  readonly #until: number;

  constructor(bytes: Buffer, wanted: ReadonlySet<number>, until: number) {
    this.#bytes = bytes;
    this.#wanted = wanted;
    this.#until = until;
  }

  /** From `at` to `end`; without an end up to the mark of an item's end, or (outermost) up to the last wanted tag. */
  elements(from: number, end: number | undefined, coding: ElementCoding, depth: number): ElementsRead {
    if (depth > DEEPEST) throw new RangeError('Expected sequences in sequences of a header, received more');
    const found = new Map<number, DicomElement>();
    let at = from;
    while (end === undefined || at < end) {
      // What follows may be coded in another way.
      if (depth === 0 && this.#tag(at, coding) > this.#until) break;
      const head = this.#head(at, coding);
      if (head.tag === ITEM_END && depth > 0 && end === undefined) return { found, end: head.offset };
      const isLast = depth === 0 && head.tag === this.#until;
      if (depth === 0 && head.tag === PIXEL_DATA) {
        found.set(head.tag, { ...head, items: [] });
        break;
      }
      const value = this.#value(head, coding, depth);
      if (this.#wanted.has(head.tag)) found.set(head.tag, value.element);
      at = value.end;
      if (isLast) break;
    }
    if (end !== undefined && at !== end)
      throw new RangeError('Expected elements up to the end of an item, received one that goes on');
    return { found, end: at };
  }

  #value(head: Head, coding: ElementCoding, depth: number): { element: DicomElement; end: number } {
    const { vr, offset, length, tag } = head;
    const isSequence =
      vr === 'SQ' ||
      length === UNKNOWN_LENGTH ||
      (vr === undefined && this.#wanted.has(tag) && this.#isItem(offset, coding));
    if (!isSequence || (length !== UNKNOWN_LENGTH && !this.#wanted.has(tag))) {
      if (offset + length > this.#bytes.length) throw new BytesEnd();
      return { element: { ...head, items: [] }, end: offset + length };
    }
    const isBytes = vr === undefined ? tag === PIXEL_DATA : BYTES_VRS.has(vr);
    if (isBytes) return { element: { ...head, items: [] }, end: this.#behindParts(offset, coding) };
    // Unknown contents of unknown length are written in the implicit coding.
    const inner = vr === 'UN' ? IMPLICIT_LITTLE : coding;
    const { items, end } = this.#items(offset, length, inner, depth + 1);
    return { element: { ...head, items }, end };
  }

  /** Of an image in a sequence, such as an icon. */
  #behindParts(from: number, coding: ElementCoding): number {
    let at = from;
    for (;;) {
      const tag = this.#tag(at, coding);
      const length = this.#word32(at + 4, coding);
      if (tag === SEQUENCE_END) return at + 8;
      if (tag !== ITEM || length === UNKNOWN_LENGTH)
        throw new RangeError('Expected a part of voxels, received other bytes');
      at += 8 + length;
    }
  }

  #items(
    from: number,
    length: number,
    coding: ElementCoding,
    depth: number,
  ): { readonly items: DicomElements[]; readonly end: number } {
    const items: DicomElements[] = [];
    const end = length === UNKNOWN_LENGTH ? undefined : from + length;
    let at = from;
    while (end === undefined || at < end) {
      const tag = this.#tag(at, coding);
      const itemLength = this.#word32(at + 4, coding);
      at += 8;
      if (tag === SEQUENCE_END) return { items, end: at };
      if (tag !== ITEM) throw new RangeError('Expected an item of a sequence, received other bytes');
      const itemEnd = itemLength === UNKNOWN_LENGTH ? undefined : at + itemLength;
      if (itemEnd !== undefined && itemEnd > this.#bytes.length) throw new BytesEnd();
      const item = this.elements(at, itemEnd, coding, depth);
      items.push(item.found);
      at = item.end;
    }
    return { items, end: at };
  }

  #head(at: number, coding: ElementCoding): Head {
    const tag = this.#tag(at, coding);
    // Marks have neither a value representation nor a value.
    if (!coding.explicit || tag >= ITEM)
      return { tag, vr: undefined, length: this.#word32(at + 4, coding), offset: at + 8 };
    if (at + 8 > this.#bytes.length) throw new BytesEnd();
    const vr = this.#bytes.toString('latin1', at + 4, at + 6);
    if (!/^[A-Z]{2}$/.test(vr)) throw new RangeError('Expected a value representation, received other bytes');
    if (LONG_VRS.has(vr)) return { tag, vr, length: this.#word32(at + 8, coding), offset: at + 12 };
    return { tag, vr, length: this.#word16(at + 6, coding), offset: at + 8 };
  }

  #isItem(at: number, coding: ElementCoding): boolean {
    return at + 4 <= this.#bytes.length && this.#tag(at, coding) === ITEM;
  }

  #tag(at: number, coding: ElementCoding): number {
    return this.#word16(at, coding) * 65536 + this.#word16(at + 2, coding);
  }

  #word16(at: number, { bigEndian }: ElementCoding): number {
    if (at + 2 > this.#bytes.length) throw new BytesEnd();
    return bigEndian ? this.#bytes.readUInt16BE(at) : this.#bytes.readUInt16LE(at);
  }

  #word32(at: number, { bigEndian }: ElementCoding): number {
    if (at + 4 > this.#bytes.length) throw new BytesEnd();
    return bigEndian ? this.#bytes.readUInt32BE(at) : this.#bytes.readUInt32LE(at);
  }
}
