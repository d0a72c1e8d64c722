import { decimalNumber } from '../../decimal.js';
import { InputError } from '../../errors.js';
import { type DicomStart, elementsOf, isUid, REMEDY } from './dicomDataSet.js';
import type { DicomElement, DicomElements } from './dicomElements.js';

/**
 * The fields of a header, by tag, each looked for in several places one after the other: in a frame's own group, in the one
 * that all frames share, in the data set itself. No message repeats a text of a field: in a damaged header it could be a name.
 */
export class DicomFields {
  readonly #bytes: Buffer;
  readonly #places: readonly DicomElements[];
  readonly #bigEndian: boolean;
  readonly file: string;

  constructor(bytes: Buffer, places: readonly DicomElements[], bigEndian: boolean, file: string) {
    this.#bytes = bytes;
    this.#places = places;
    this.#bigEndian = bigEndian;
    this.file = file;
  }

  /** The same fields, looked for in `places` first. */
  within(...places: (DicomElements | undefined)[]): DicomFields {
    const known = places.filter((place) => place !== undefined);
    return new DicomFields(this.#bytes, [...known, ...this.#places], this.#bigEndian, this.file);
  }

  /** Undefined where there is none. */
  element(tag: number): DicomElement | undefined {
    return this.#places.find((place) => place.has(tag))?.get(tag);
  }

  /** Of a sequence. */
  items(tag: number): readonly DicomElements[] {
    return this.element(tag)?.items ?? [];
  }

  /** A value as it stands in the file; undefined where there is none. */
  bytes(tag: number): Buffer | undefined {
    const element = this.element(tag);
    return element && this.#bytes.subarray(element.offset, element.offset + element.length);
  }

  /** Undefined where there is none, or an empty one. */
  text(tag: number): string | undefined {
    const value = this.bytes(tag);
    return value?.toString('latin1').replace(/\0.*$/s, '').trim() || undefined;
  }

  /** A 16-bit number without sign. */
  word(tag: number): number | undefined {
    const value = this.bytes(tag);
    if (value?.length !== 2) return undefined;
    return this.#bigEndian ? value.readUInt16BE() : value.readUInt16LE();
  }

  /** A 32-bit number without sign. */
  dword(tag: number): number | undefined {
    const value = this.bytes(tag);
    if (value?.length !== 4) return undefined;
    return this.#bigEndian ? value.readUInt32BE() : value.readUInt32LE();
  }

  /** 64-bit numbers, as tables of offsets hold them; those beyond 2^53 lie in no file. */
  longs(tag: number): number[] | undefined {
    const value = this.bytes(tag);
    if (value === undefined) return undefined;
    return Array.from({ length: Math.floor(value.length / 8) }, (_, i) =>
      Number(value.readBigUInt64LE(8 * i)),
    );
  }

  /** Decimal numbers. Throws InputError naming the field. */
  numbers(tag: number, name: string, count: number, otherwise?: readonly number[]): number[] {
    const parts = this.text(tag)?.split('\\');
    if (parts === undefined && otherwise !== undefined) return [...otherwise];
    const numbers = (parts ?? []).map(decimalNumber);
    if (numbers.length === count && numbers.every(Number.isFinite)) return numbers;
    throw new InputError(
      this.file,
      `${name}: expected ${count} ${count === 1 ? 'number' : 'numbers'}, received ${parts === undefined ? 'nothing' : `${parts.length} values, ${numbers.filter(Number.isFinite).length} of them numbers`}; ${REMEDY}`,
    );
  }

  /** A 16-bit number above 0. Throws InputError naming the field. */
  size(tag: number, name: string): number {
    const size = this.word(tag) ?? 0;
    if (size > 0) return size;
    throw new InputError(this.file, `${name}: expected a whole number above 0, received none; ${REMEDY}`);
  }

  /** Throws InputError naming the field. */
  uid(tag: number, name: string): string {
    const uid = this.text(tag) ?? '';
    if (isUid(uid)) return uid;
    throw new InputError(
      this.file,
      `${name}: expected digits and dots, received ${uid.length} characters; ${REMEDY}`,
    );
  }
}

/** The wanted fields of a file up to `until` (default: its voxels); undefined where its bytes end before, or are no elements. */
export function fieldsOf(
  opened: DicomStart,
  file: string,
  wanted: ReadonlySet<number>,
  until?: number,
): DicomFields | undefined {
  const elements = elementsOf(opened, wanted, until);
  return elements && new DicomFields(opened.bytes, [elements], opened.coding.bigEndian, file);
}
