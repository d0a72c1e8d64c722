import { decimalNumber } from '../../decimal.js';
import { InputError } from '../../errors.js';
import { given } from '../../given.js';

/** Those that are read; of others a header may have any number. */
const FIELDS = new Set(
  'NDims ElementNumberOfChannels DimSize ElementSpacing ElementSize Offset Position Origin TransformMatrix Rotation Orientation HeaderSize CompressedDataSize CompressedData BinaryData BinaryDataByteOrderMSB ElementByteOrderMSB ElementType ElementDataFile'.split(
    ' ',
  ),
);

/** A text of the header and its line, from 1. */
export interface MetaImageField {
  readonly text: string;
  readonly line: number;
}

/** What a field of numbers may hold, in words and as a test; `otherwise` = what a header without it means. */
interface NumbersRule {
  readonly otherwise?: readonly number[];
  readonly expected?: string;
  readonly fits?: (value: number) => boolean;
}

/** The fields of a MetaImage header as they are written, and the refusals that name them. Some have several names. */
export class MetaImageFields {
  readonly #fields: ReadonlyMap<string, MetaImageField>;

  constructor(
    readonly file: string,
    fields: ReadonlyMap<string, MetaImageField>,
    /** Bytes up to and with the header's last line. */
    readonly headerBytes: number,
  ) {
    this.#fields = fields;
  }

  /** Undefined for a field that is not there. */
  find(...names: readonly string[]): MetaImageField | undefined {
    return names.map((name) => this.#fields.get(name)).find((field) => field !== undefined);
  }

  /** Throws InputError for another number of them, for what is no number, and for one that does not fit. */
  numbers(names: readonly string[], count: number, rule: NumbersRule = {}): number[] {
    const { otherwise, expected, fits = () => true } = rule;
    const field = this.find(...names);
    if (field === undefined) {
      if (otherwise !== undefined) return [...otherwise];
      throw new InputError(this.file, `the MetaImage header has no ${names[0]}`);
    }
    const values = field.text.split(/\s+/).map(decimalNumber);
    if (values.length !== count || !values.every(Number.isFinite))
      throw this.unexpected(names, `${count} numbers`);
    if (values.every(fits)) return values;
    throw this.unexpected(names, expected ?? `${count} numbers`);
  }

  /** MetaIO itself takes whatever begins with neither T nor 1 for False. */
  flag(names: readonly string[], otherwise: boolean): boolean {
    const field = this.find(...names);
    if (field === undefined) return otherwise;
    if (/^(true|t|1)$/i.test(field.text)) return true;
    if (/^(false|f|0)$/i.test(field.text)) return false;
    throw this.unexpected(names, 'True or False');
  }

  /** An InputError with the field, its line, what was expected and received. */
  unexpected(names: readonly string[], expected: string): InputError {
    const field = this.find(...names);
    return new InputError(
      this.file,
      `${names[0]}: expected ${expected}, received ${JSON.stringify(field?.text.slice(0, 120) ?? '')}`,
      given({ line: field?.line }),
    );
  }
}

/** Reads the lines at the start of a .mhd or .mha file up to `ElementDataFile`. Throws InputError naming `file` and line. */
export function readMetaImageFields(start: Buffer, file: string): MetaImageFields {
  const fields = new Map<string, MetaImageField>();
  let at = 0;
  for (let line = 1; at < start.length; line++) {
    const newline = start.indexOf(0x0a, at);
    const end = newline < 0 ? start.length : newline;
    const text = start.toString('latin1', at, end).trim();
    at = end + 1;
    if (text === '') continue;
    // ITK writes whatever came with an image as further lines: `dim[0] = 3`, `0008|0005 = ISO_IR 100`.
    const [, key, value] = /^([^=:]*[^=:\s])\s*[=:]\s*(.*)$/.exec(text) ?? [];
    if (key === undefined)
      throw new InputError(
        file,
        `expected a MetaImage header line 'Key = value', received ${JSON.stringify(text.slice(0, 40))}`,
        { line },
      );
    requirePlain(text, file, line);
    const earlier = fields.get(key);
    if (earlier !== undefined && FIELDS.has(key))
      throw new InputError(file, `${key}: expected one such line, received also line ${earlier.line}`, {
        line,
      });
    fields.set(key, { text: value!, line });
    if (key === 'ElementDataFile') return new MetaImageFields(file, fields, Math.min(at, start.length));
  }
  throw new InputError(
    file,
    'the MetaImage header has no line ElementDataFile: the file is cut short or no MetaImage',
  );
}

/**
 * `TransformMatrix` with a character that nobody sees is another key, and numbers with one between them are others to ITK: what
 * the line says would be lost without a word.
 */
function requirePlain(text: string, file: string, line: number): void {
  if (/^[\x20-\x7e\t]*$/.test(text)) return;
  const [written = ''] = text.split(/[=:]/, 1);
  const plain = written.replace(/[^\x21-\x7e]/g, '');
  if (!FIELDS.has(plain) || (plain === 'ElementDataFile' && written.trim() === plain)) return;
  throw new InputError(
    file,
    `expected the key ${plain} with letters, digits and spaces alone, received ${JSON.stringify(text.slice(0, 60))}`,
    { line },
  );
}
