import { isUtf8 } from 'node:buffer';
import { InputError } from '../../errors.js';
import { given } from '../../given.js';

/** Fields of http://teem.sourceforge.net/nrrd/format.html. Each may be written without its blank, in any case. */
const NRRD_FIELDS = [
  ...(['type', 'dimension', 'sizes', 'encoding', 'endian', 'data file', 'line skip', 'byte skip'] as const),
  ...(['space', 'space dimension', 'space directions', 'space origin', 'space units'] as const),
  ...(['spacings', 'axis mins', 'axis maxs', 'centerings', 'kinds', 'units'] as const),
  ...(['content', 'number', 'block size', 'thicknesses', 'labels', 'sample units'] as const),
  ...(['min', 'max', 'old min', 'old max', 'measurement frame'] as const),
] as const;

export type NrrdField = (typeof NRRD_FIELDS)[number];

const FIELD_OF_NAME: ReadonlyMap<string, NrrdField> = new Map([
  ...NRRD_FIELDS.flatMap((field): [string, NrrdField][] => [
    [field, field],
    [field.replace(' ', ''), field],
  ]),
  ['centers', 'centerings'],
]);

/** A text of the header and its line, from 1. */
export interface NrrdLine {
  readonly text: string;
  readonly line: number;
}

/** The fields of a NRRD header as they are written, and the refusals that name them. */
export class NrrdFields {
  readonly #fields: ReadonlyMap<NrrdField, NrrdLine>;

  constructor(
    readonly file: string,
    fields: ReadonlyMap<NrrdField, NrrdLine>,
    /** The lines below `data file: LIST`. */
    readonly listed: readonly NrrdLine[],
    /** Bytes up to and with the empty line that ends the header; undefined where the file ends without one. */
    readonly headerBytes: number | undefined,
  ) {
    this.#fields = fields;
  }

  /** Undefined for a field that is not there. */
  text(field: NrrdField): string | undefined {
    return this.#fields.get(field)?.text;
  }

  line(field: NrrdField): number | undefined {
    return this.#fields.get(field)?.line;
  }

  /** What stands between blanks; undefined for a field that is not there. Throws InputError for more or fewer than `count`. */
  words(field: NrrdField, count: number): readonly string[] | undefined {
    const words = this.text(field)
      ?.split(/\s+/)
      .filter((word) => word !== '');
    if (words !== undefined && words.length !== count)
      throw this.unexpected(field, `${count} values, one for each axis`);
    return words;
  }

  /** A whole number of decimal digits. Throws InputError for any other text, and for one that `fits` refuses. */
  whole(field: NrrdField, expected: string, fits: (value: number) => boolean, otherwise?: number): number {
    const text = this.text(field);
    if (text === undefined && otherwise !== undefined) return otherwise;
    const value = /^-?\d+$/.test(text ?? '') ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value) && fits(value)) return value;
    throw this.unexpected(field, expected);
  }

  /** An InputError with the field, its line, what was expected and received, and what to do. */
  unexpected(field: NrrdField, expected: string, remedy?: string): InputError {
    const text = this.text(field);
    return this.wrong(
      field,
      `expected ${expected}, ${text === undefined ? 'the header has no such line' : `received ${JSON.stringify(text.slice(0, 120))}`}${remedy === undefined ? '' : `; ${remedy}`}`,
    );
  }

  /** An InputError that names the field and its line. */
  wrong(field: NrrdField, reason: string, line = this.line(field)): InputError {
    return new InputError(this.file, `${field}: ${reason}`, given({ line }));
  }
}

/** Reads the lines at the start of a .nrrd or .nhdr file up to the first empty one. Throws InputError naming `file` and line. */
export function readNrrdFields(start: Buffer, file: string): NrrdFields {
  const fields = new Map<NrrdField, NrrdLine>();
  const listed: NrrdLine[] = [];
  let isList = false;
  for (const { text, line, end } of linesOf(start)) {
    if (line === 1) requireMagic(text, start, file);
    else if (text === '') return new NrrdFields(file, fields, listed, end);
    else if (isList) listed.push({ text, line });
    else {
      const found = fieldIn(text, line, file);
      if (found === undefined) continue;
      const earlier = fields.get(found.field);
      if (earlier !== undefined)
        throw new InputError(
          file,
          `${found.field}: expected one such line, received also line ${earlier.line}; remove one`,
          { line },
        );
      fields.set(found.field, { text: found.value, line });
      isList = found.field === 'data file' && /^LIST(\s|$)/.test(found.value);
    }
  }
  if (start.length === 0) throw new InputError(file, 'expected a NRRD file, found one of 0 bytes');
  return new NrrdFields(file, fields, listed, undefined);
}

function* linesOf(start: Buffer): Generator<NrrdLine & { end: number }> {
  for (let at = 0, line = 1; at < start.length; line++) {
    const newline = start.indexOf(0x0a, at);
    const bytes = start.subarray(at, newline < 0 ? start.length : newline);
    at += bytes.length + 1;
    // Names of files may be UTF-8; other bytes are kept as they are.
    const text = bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1').trimEnd();
    yield { text, line, end: Math.min(at, start.length) };
  }
}

function requireMagic(text: string, start: Buffer, file: string): void {
  if (/^NRRD(000[1-5]|00\.01)$/.test(text)) return;
  if (start[0] === 0x1f && start[1] === 0x8b)
    throw new InputError(
      file,
      'expected a NRRD file, received one that is packed as a whole; unpack it: gunzip',
    );
  throw new InputError(
    file,
    `expected a NRRD file, which begins with NRRD0001 to NRRD0005, received ${JSON.stringify(text.slice(0, 12))}`,
    { line: 1 },
  );
}

/** Undefined for a comment and for `key:=value`. */
function fieldIn(text: string, line: number, file: string): { field: NrrdField; value: string } | undefined {
  if (text.startsWith('#')) return undefined;
  const [, name, value = ''] = /^([^:]+?)\s*:(?!=)\s*(.*)$/.exec(text) ?? [];
  const field = FIELD_OF_NAME.get(name?.toLowerCase() ?? '');
  if (field !== undefined) return { field, value };
  if (text.includes(':=')) return undefined;
  if (name === undefined || name.length > 40)
    throw new InputError(
      file,
      `expected a NRRD header line 'field: value', 'key:=value' or '# comment', received ${JSON.stringify(text.slice(0, 40))}; an empty line ends the header`,
      { line },
    );
  throw new InputError(
    file,
    `${JSON.stringify(name)}: expected a field of NRRD (${NRRD_FIELDS.slice(0, 18).join(', ')}, ...); correct the name, or write it as a key: ${JSON.stringify(`${name}:=${value.slice(0, 40)}`)}`,
    { line },
  );
}
