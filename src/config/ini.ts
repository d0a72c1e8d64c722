import { readFileSync } from 'node:fs';
import { parse } from 'ini';
import { decimalNumber } from '../decimal.js';
import { ConfigError } from '../errors.js';
import { systemReason } from '../paths.js';

/** What one key of an ini file may hold. Made by text(), wholeNumber(), decimal(), oneOf(); see withDefault(). */
export interface IniKey<T> {
  /** Completes `expected ...` in an error message. */
  readonly expected: string;
  /** The value, or undefined when the text does not fit. */
  readonly parse: (text: string) => T | undefined;
  /** Used when the key is missing or empty; a key without one must be given. */
  readonly fallback?: { readonly value: T };
}

/** The keys that one section may hold. */
export type IniSection = Readonly<Record<string, IniKey<unknown>>>;

/** The sections that a file may hold. */
export type IniSchema = Readonly<Record<string, IniSection>>;

/** The typed values of a section. */
export type IniValues<S extends IniSection> = {
  readonly [K in keyof S]: S[K] extends IniKey<infer T> ? T : never;
};

/** Any text that is not empty. */
export function text(): IniKey<string> {
  return { expected: 'expected a text', parse: (given) => given };
}

/** A whole number in [low, high]. */
export function wholeNumber(low = Number.MIN_SAFE_INTEGER, high = Number.MAX_SAFE_INTEGER): IniKey<number> {
  return {
    expected: `expected a whole number${range(low, high, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)}`,
    parse: (given) => {
      const value = decimalNumber(given);
      return Number.isSafeInteger(value) && value >= low && value <= high ? value : undefined;
    },
  };
}

/** A finite number in [low, high]. */
export function decimal(low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY): IniKey<number> {
  return {
    expected: `expected a number${range(low, high, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)}`,
    parse: (given) => {
      const value = decimalNumber(given);
      return Number.isFinite(value) && value >= low && value <= high ? value : undefined;
    },
  };
}

/** One of the given words. */
export function oneOf<const W extends string>(...words: readonly W[]): IniKey<W> {
  return {
    expected: `expected one of ${words.join(', ')}`,
    parse: (given) => words.find((word) => word === given),
  };
}

/** The same key, which may be missing or empty. */
export function withDefault<T, D>(key: IniKey<T>, value: D): IniKey<T | D> {
  return { ...key, fallback: { value } };
}

/** Fields of settings, each with the key that gives it as it is; nested as the settings are. */
export interface FieldKeys {
  readonly [field: string]: string | FieldKeys;
}

/** Fields with the values of their keys. */
export type FieldValues<F, V> = {
  readonly [K in keyof F]: F[K] extends keyof V ? V[F[K]] : FieldValues<F[K], V>;
};

/** The fields of settings whose keys have these values, frozen. */
export function fieldsOf<const F extends FieldKeys, V extends object>(
  fields: F,
  values: V,
): FieldValues<F, V> {
  const entries = Object.entries(fields).map(([field, key]) => [
    field,
    typeof key === 'string' ? values[key as keyof V] : fieldsOf(key, values),
  ]);
  return Object.freeze(Object.fromEntries(entries));
}

/**
 * The values of one section, frozen. Unknown sections and keys are errors anywhere in the file; the values of the other
 * sections are left alone, so that a file may hold only the section in use. Throws ConfigError.
 */
export function readIniFile<S extends IniSchema, N extends keyof S & string>(
  file: string,
  schema: S,
  section: N,
): IniValues<S[N]> {
  return parseIni(readText(file, section), file, schema, section);
}

/** As readIniFile(), on text; `file` names it in errors. */
export function parseIni<S extends IniSchema, N extends keyof S & string>(
  content: string,
  file: string,
  schema: S,
  section: N,
): IniValues<S[N]> {
  // Without bracketedArray a key that is given twice becomes an array, instead of the last one winning in silence.
  const given = parse(content.replace(/^\uFEFF/, ''), { bracketedArray: false });
  refuseUnknown(given, file, schema);
  if (given[section] === undefined)
    throw new ConfigError(file, section, '(section)', undefined, 'expected this section in the file');
  const values = Object.entries(schema[section]!).map(([key, rule]) => [
    key,
    checkedValue(file, section, key, rule, (given[section] as Record<string, unknown>)[key]),
  ]);
  return Object.freeze(Object.fromEntries(values));
}

function readText(file: string, section: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new ConfigError(
      file,
      section,
      '(file)',
      isMissing ? undefined : systemReason(error),
      'expected a configuration file that can be read',
    );
  }
}

function refuseUnknown(given: Record<string, unknown>, file: string, schema: IniSchema): void {
  for (const [section, content] of Object.entries(given)) {
    if (typeof content !== 'object' || content === null || Array.isArray(content))
      throw new ConfigError(file, '(none)', section, content, 'expected this key below a [section] line');
    const known = Object.hasOwn(schema, section) ? schema[section] : undefined;
    if (known === undefined)
      throw new ConfigError(
        file,
        section,
        '(section)',
        section,
        `unknown section, expected one of ${Object.keys(schema).join(', ')}`,
      );
    for (const [key, value] of Object.entries(content))
      if (!Object.hasOwn(known, key))
        throw new ConfigError(
          file,
          section,
          key,
          single(value),
          `unknown key, expected one of ${Object.keys(known).join(', ')}`,
        );
  }
}

function checkedValue(
  file: string,
  section: string,
  key: string,
  rule: IniKey<unknown>,
  raw: unknown,
): unknown {
  const value = single(raw);
  if (Array.isArray(value))
    throw new ConfigError(file, section, key, value, 'expected this key once, remove all but one');
  if (value === undefined || value === '') {
    if (rule.fallback !== undefined) return rule.fallback.value;
    throw new ConfigError(file, section, key, undefined, rule.expected);
  }
  // A key without `=` reads as true.
  const parsed = value === true ? undefined : rule.parse(String(value));
  if (parsed === undefined) throw new ConfigError(file, section, key, value, rule.expected);
  return parsed;
}

/** The library counts repeated keys over all sections, so that an array of one is a key given once. */
function single(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

function range(low: number, high: number, lowest: number, highest: number): string {
  if (low !== lowest && high !== highest) return ` from ${low} to ${high}`;
  if (low !== lowest) return ` of at least ${low}`;
  return high !== highest ? ` of at most ${high}` : '';
}
