import fc from 'fast-check';

/** How a whole file becomes a damaged one, as plain data: fast-check makes it, shrinks it, and a report can hold it. */
export type Mutation =
  | { readonly kind: 'bit'; readonly at: number; readonly bit: number }
  | { readonly kind: 'bytes'; readonly at: number; readonly bytes: readonly number[] }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: readonly number[] }
  | { readonly kind: 'delete'; readonly at: number; readonly count: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'copy'; readonly at: number; readonly from: number; readonly count: number }
  | { readonly kind: 'number'; readonly at: number; readonly text: string }
  | { readonly kind: 'line'; readonly at: number; readonly does: 'twice' | 'away' | 'swap' }
  | { readonly kind: 'json'; readonly at: number; readonly value: unknown };

/** What people's files have where a number should stand. */
const ODD_NUMBERS = [
  '',
  '0',
  '-1',
  '0x10',
  ' 7',
  '1e400',
  'nan',
  'inf',
  '-0',
  '1,5',
  '99999999999',
  '4294967297',
  '٣',
  'null',
  '1 ',
];
/** And what stands where something else should. */
const ODD_VALUES = [
  null,
  true,
  '',
  'x',
  -1,
  1e308,
  1.5,
  [],
  {},
  [[]],
  { a: null },
  '__proto__',
  '\u0000\u001b[31m',
  'a'.repeat(5000),
];

/**
 * A place as a share of the file: it stays one when the file's length changes. Not fast-check's own doubles, most of which are
 * next to 0.
 */
const PLACES = 2 ** 30;
const place = fc.noBias(fc.integer({ min: 0, max: PLACES - 1 })).map((at) => at / PLACES);
const bytes = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 12 });

const BYTE_MUTATIONS = [
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('bit' as const),
      at: place,
      bit: fc.integer({ min: 0, max: 7 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('bytes' as const), at: place, bytes }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('insert' as const), at: place, bytes }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('delete' as const),
      at: place,
      count: fc.integer({ min: 1, max: 16 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), at: place }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('copy' as const),
      at: place,
      from: place,
      count: fc.integer({ min: 1, max: 32 }),
    }),
  },
];
const TEXT_MUTATIONS = [
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('number' as const),
      at: place,
      text: fc.constantFrom(...ODD_NUMBERS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('line' as const),
      at: place,
      does: fc.constantFrom('twice' as const, 'away' as const, 'swap' as const),
    }),
  },
];
const JSON_MUTATIONS = [
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('json' as const),
      at: place,
      value: fc.oneof(fc.constantFrom(...ODD_VALUES), fc.jsonValue({ maxDepth: 2 })),
    }),
  },
];

/** What a file is made of: text has lines and numbers, JSON values in values. */
export type Matter = 'bytes' | 'text' | 'json' | 'jsonLines';

const mutationOf = (matter: Matter): fc.Arbitrary<Mutation> =>
  fc.oneof(
    ...BYTE_MUTATIONS,
    ...(matter === 'bytes' ? [] : TEXT_MUTATIONS),
    ...(matter === 'json' || matter === 'jsonLines' ? JSON_MUTATIONS : []),
  ) as fc.Arbitrary<Mutation>;

/** One to three mutations. */
export function mutationsOf(matter: Matter): fc.Arbitrary<Mutation[]> {
  return fc.array(mutationOf(matter), { minLength: 1, maxLength: 3 });
}

/**
 * The damaged file. `focus` are the offsets that are worth damaging (headers, structures): seven of eight places fall on them.
 */
export function mutated(
  whole: Buffer,
  mutations: readonly Mutation[],
  matter: Matter,
  focus: readonly number[] = [],
): Buffer {
  let now: Buffer = Buffer.from(whole);
  for (const mutation of mutations) {
    if (now.length === 0) break;
    const spot = (at: number): number => {
      const scaled = at * 8;
      const inFocus = focus.length > 0 && scaled < 7;
      const index = inFocus
        ? focus[Math.floor((scaled / 7) * focus.length)]!
        : Math.floor((focus.length > 0 ? scaled - 7 : at) * now.length);
      return Math.min(now.length - 1, index);
    };
    now = applied(now, mutation, spot, matter);
  }
  return now;
}

function applied(now: Buffer, mutation: Mutation, spot: (at: number) => number, matter: Matter): Buffer {
  switch (mutation.kind) {
    case 'bit': {
      const at = spot(mutation.at);
      now[at] = now[at]! ^ (1 << mutation.bit);
      return now;
    }
    case 'bytes':
      now.set(mutation.bytes.slice(0, now.length - spot(mutation.at)), spot(mutation.at));
      return now;
    case 'insert':
      return spliced(now, spot(mutation.at), 0, Buffer.from(mutation.bytes));
    case 'delete':
      return spliced(now, spot(mutation.at), mutation.count, Buffer.alloc(0));
    case 'cut':
      return now.subarray(0, spot(mutation.at));
    case 'copy': {
      const part = Buffer.from(now.subarray(spot(mutation.from), spot(mutation.from) + mutation.count));
      now.set(part.subarray(0, now.length - spot(mutation.at)), spot(mutation.at));
      return now;
    }
    case 'number':
      return otherNumber(now, mutation.at, mutation.text);
    case 'line':
      return otherLines(now, mutation.at, mutation.does);
    case 'json':
      return otherValue(now, mutation.at, mutation.value, matter);
  }
}

function spliced(now: Buffer, at: number, count: number, by: Buffer): Buffer {
  return Buffer.concat([now.subarray(0, at), by, now.subarray(at + count)]);
}

/** Another text for one of the file's numbers. */
function otherNumber(now: Buffer, at: number, text: string): Buffer {
  const found = [...now.toString('latin1').matchAll(/-?\d+(\.\d+)?/g)];
  const number = found[Math.floor(at * found.length)];
  return number === undefined ? now : spliced(now, number.index, number[0].length, Buffer.from(text));
}

function otherLines(now: Buffer, at: number, does: 'twice' | 'away' | 'swap'): Buffer {
  const lines = now.toString('latin1').split('\n');
  const line = Math.floor(at * lines.length);
  if (does === 'twice') lines.splice(line, 0, lines[line]!);
  else if (does === 'away') lines.splice(line, 1);
  else [lines[0], lines[line]] = [lines[line]!, lines[0]!];
  return Buffer.from(lines.join('\n'), 'latin1');
}

/** Another value at one place of a JSON document, or of one line of several. What is no JSON any more stays as it is. */
function otherValue(now: Buffer, at: number, value: unknown, matter: Matter): Buffer {
  const lines = matter === 'jsonLines' ? now.toString().split('\n') : [now.toString()];
  const which = Math.floor(at * lines.length);
  let document: { root: unknown };
  try {
    document = { root: JSON.parse(lines[which]!) };
  } catch {
    return now;
  }
  const places: [holder: Record<string, unknown>, key: string][] = [];
  const walk = (holder: Record<string, unknown>): void => {
    for (const key of Object.keys(holder)) {
      places.push([holder, key]);
      const below = holder[key];
      if (typeof below === 'object' && below !== null) walk(below as Record<string, unknown>);
    }
  };
  walk(document as Record<string, unknown>);
  const share = at * lines.length - which;
  const [holder, key] = places[Math.floor(share * places.length)]!;
  // A text that no value has stands for: no such key.
  if (value === 'x') delete holder[key];
  else holder[key] = value;
  lines[which] = JSON.stringify(document.root) ?? '';
  return Buffer.from(lines.join('\n'));
}
