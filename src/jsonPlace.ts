import { readFileSync } from 'node:fs';
import { InputError, messageOf } from './errors.js';
import { cannotRead } from './paths.js';

/**
 * A value in a JSON file, with the place where it stands: what comes from a file is looked at before it is used. Each reading
 * throws InputError that names file, place, what was expected and what was received.
 */
export class JsonPlace {
  constructor(
    readonly file: string,
    /** Undefined where nothing stands. */
    readonly value: unknown,
    /** `best.valLoss`; empty for the whole file. */
    readonly name = '',
  ) {}

  /** The value of a key of this object; it may be missing. */
  at(key: string): JsonPlace {
    const object = this.object();
    return new JsonPlace(this.file, Object.hasOwn(object, key) ? object[key] : undefined, this.#below(key));
  }

  get isThere(): boolean {
    return this.value !== undefined;
  }

  /** For a value that may be missing: `place.ifThere?.text()`. */
  get ifThere(): JsonPlace | undefined {
    return this.isThere ? this : undefined;
  }

  whole(low = 0, high = Number.MAX_SAFE_INTEGER): number {
    const { value } = this;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= low && value <= high)
      return value;
    const range = high === Number.MAX_SAFE_INTEGER ? `of at least ${low}` : `from ${low} to ${high}`;
    return this.refuse(`a whole number ${range}`);
  }

  number(low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY): number {
    const { value } = this;
    if (typeof value === 'number' && Number.isFinite(value) && value >= low && value <= high) return value;
    return this.refuse(low > Number.NEGATIVE_INFINITY ? `a number from ${low} to ${high}` : 'a number');
  }

  text(): string {
    return typeof this.value === 'string' ? this.value : this.refuse('a text');
  }

  object(): Readonly<Record<string, unknown>> {
    const { value } = this;
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Readonly<Record<string, unknown>>;
    return this.refuse('an object');
  }

  list(): JsonPlace[] {
    if (!Array.isArray(this.value)) return this.refuse('a list');
    return this.value.map((value, at) => new JsonPlace(this.file, value, `${this.name}[${at}]`));
  }

  texts(): string[] {
    return this.list().map((place) => place.text());
  }

  entries(): [key: string, place: JsonPlace][] {
    return Object.entries(this.object()).map(([key, value]) => [
      key,
      new JsonPlace(this.file, value, this.#below(key)),
    ]);
  }

  /** Throws InputError: what was expected here. */
  refuse(expected: string): never {
    const place = this.name === '' ? '' : `${this.name}: `;
    const received = this.isThere ? (JSON.stringify(this.value)?.slice(0, 60) ?? 'nothing') : 'nothing';
    throw new InputError(this.file, `${place}expected ${expected}, received ${received}`);
  }

  #below(key: string): string {
    return this.name === '' ? key : `${this.name}.${key}`;
  }
}

/** The whole of a JSON file; `what` it should be completes `expected ...`. Throws InputError for none, or for no JSON. */
export function readJson(file: string, what: string): JsonPlace {
  try {
    return jsonIn(file, readFileSync(file, 'utf8'), what);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw cannotRead(file, what, error);
  }
}

/** A text that came from `file`. Throws InputError for no JSON. */
export function jsonIn(file: string, text: string, what: string): JsonPlace {
  try {
    return new JsonPlace(file, JSON.parse(text));
  } catch (error) {
    const received = text.trim() === '' ? 'an empty file' : messageOf(error);
    throw new InputError(file, `expected ${what}, in JSON (${received})`, { cause: error });
  }
}
