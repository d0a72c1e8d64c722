import { type CalendarNames, calendarNames, dayHalves, fold } from './calendarNames.js';
import { isoTime } from './logTime.js';

interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** Where a name told the month. */
  readonly language?: string;
}
interface Clock {
  readonly hour: number;
  readonly minute: number;
  readonly second: number | undefined;
  /** A half of the day stood beside it. */
  readonly halved: boolean;
  /** What stands around it. */
  readonly before: string;
  readonly after: string;
}

const CLOCKS = [
  /(?<![\d.:])(\d{1,2}):(\d{2})(?::(\d{2}))?(?![\d:])/,
  /(\d{1,2})[時时시點点]\s*(\d{1,2})[分분]\s*(\d{1,2})[秒초]/,
  // `12.00.00`, and Norwegian's `kl. 12.00`; a date with points has a year.
  /(?<![\d.])(\d{1,2})\.(\d{2})\.(\d{2})(?![\d.])/,
  /(?<=kl\. )(\d{1,2})\.(\d{2})()(?![\d.])/,
];
/** The C library prints twelve hours for them, and an empty word for the half. */
const HALF_NOT_PRINTED = new Set(['id', 'ms', 'hy']);
// Marks of writing direction, and blanks of no width.
const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/**
 * A time as strftime's %c prints it in any language that Unicode's tables name; undefined where a part cannot be told for
 * certain (12 hours without their half, 04/03/2025, a month's name of two meanings).
 */
export function headerTime(text: string): string | undefined {
  const plain = text
    .replace(INVISIBLE, '')
    .replace(/\p{Nd}/gu, latinDigit)
    .replace(/T(?=\d\d:)/, ' ');
  const clock = clockOf(plain);
  if (clock === undefined) return undefined;
  const zone = /(?:^|\s)(?:(UTC|GMT)|([+-]\d{2}):?(\d{2}))\s*$/.exec(clock.after);
  const around = `${clock.before} ${zone === null ? clock.after : clock.after.slice(0, zone.index)}`;
  const date = dateOf(around);
  if (date === undefined) return undefined;
  const suffix = zone === null ? undefined : zone[1] === undefined ? `${zone[2]}:${zone[3]}` : 'Z';
  const { hour, minute, second } = clock;
  if (!clock.halved && hour >= 1 && hour <= 12 && HALF_NOT_PRINTED.has(date.language ?? '')) return undefined;
  if (second !== undefined) return isoTime({ ...date, hour, minute, second, zone: suffix });
  return isoTime({ ...date, hour, minute, second: 0 })
    ?.slice(0, -3)
    .concat(suffix ?? '');
}

function clockOf(text: string): Clock | undefined {
  const match = CLOCKS.map((pattern) => pattern.exec(text)).find((found) => found !== null);
  if (match === undefined || match === null) return undefined;
  const [before, after] = [text.slice(0, match.index), text.slice(match.index + match[0].length)];
  const written = Number(match[1]);
  const half = halfBeside(before, after);
  const hour = hourOf(written, half);
  if (hour === undefined) return undefined;
  return {
    ...{
      hour,
      minute: Number(match[2]),
      second: match[3] === undefined || match[3] === '' ? undefined : Number(match[3]),
    },
    halved: half !== undefined,
    ...(half === undefined ? { before, after } : { before: half.before, after: half.after }),
  };
}

function hourOf(
  written: number,
  half: { readonly later: boolean | undefined } | undefined,
): number | undefined {
  if (half === undefined) return written;
  // A word beside the clock that is no half of the day we know might be one we do not.
  if (half.later === undefined) return written === 0 || written > 12 ? written : undefined;
  if (written < 1 || written > 12) return undefined;
  return (written % 12) + (half.later ? 12 : 0);
}

/** The word that touches the clock, unless it is a zone, a part of a date or a word that dates have there. */
function halfBeside(
  before: string,
  after: string,
): { readonly later: boolean | undefined; readonly before: string; readonly after: string } | undefined {
  const next = /^\s*\.?([^\s\d,،+][^\s,،)]*)/.exec(after);
  const last = /([^\s\d,،]+?)\.?\s*$/.exec(before);
  for (const [word, rest] of [
    [next?.[1], { before, after: after.slice(next?.[0].length ?? 0) }],
    [last?.[1], { before: before.slice(0, last?.index ?? 0), after }],
  ] as const) {
    const later = word === undefined ? undefined : dayHalves().get(fold(word));
    if (later !== undefined) return { later, ...rest };
  }
  const unknown =
    (next?.[1] !== undefined && /\p{L}/u.test(next[1]) && !/^(?:[A-Z]{3,5}|d)$/.test(next[1])) ||
    /\d\s+(?!kl)\p{L}[\p{L}\p{M}]+\s*$/u.test(before);
  return unknown ? { later: undefined, before, after } : undefined;
}

let known: { readonly text: string; readonly date: CalendarDate | undefined } | undefined;

/** A log's headers repeat their date for a day. */
function dateOf(text: string): CalendarDate | undefined {
  if (known?.text !== text) known = { text, date: numericDate(text) ?? namedDate(text) };
  return known.date;
}

function numericDate(text: string): CalendarDate | undefined {
  const yearFirst =
    /(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)/.exec(text) ??
    /(\d{4})[年년]\s*(\d{1,2})[月월]\s*(\d{1,2})[日號일]/.exec(text);
  if (yearFirst !== null) return calendarDate(yearFirst[1], yearFirst[2], yearFirst[3]);
  const vietnamese = /(\d{1,2}) Tháng (\d{1,2}) Năm (\d{4})/i.exec(text);
  if (vietnamese !== null) return calendarDate(vietnamese[3], vietnamese[2], vietnamese[1]);
  // With points or hyphens the day leads; with strokes it depends on the country, and we are not told.
  const dayFirst = /(?<!\d)(\d{1,2})([-.])(\d{1,2})\2(\d{4})(?!\d)/.exec(text);
  return dayFirst === null ? undefined : calendarDate(dayFirst[4], dayFirst[3], dayFirst[1]);
}

function calendarDate(year?: string, month?: string, day?: string): CalendarDate {
  return { year: Number(year), month: Number(month), day: Number(day) };
}

/** A year of four digits, a day of one or two, and a month among the words. */
function namedDate(text: string): CalendarDate | undefined {
  const numbers = text.match(/\d+/g) ?? [];
  const [years, days] = [numbers.filter((n) => n.length === 4), numbers.filter((n) => n.length <= 2)];
  if (numbers.length !== 2 || Number(years[0]) > 2100 || years.length !== 1 || days.length !== 1)
    return undefined;
  const [year, day] = [Number(years[0]), Number(days[0])];
  const meaning = monthAmong(
    text
      .split(/[\s\d]+/)
      .map(fold)
      .filter((word) => word !== ''),
    year,
    day,
  );
  return meaning === undefined ? undefined : { year, month: meaning.month, day, language: meaning.language };
}

/** From the surest: the date's own weekday, and both names whole; abbreviated; another weekday; none. */
const CERTAINTIES = ['exact', 'right', 'some', 'none'] as const;
type Certainty = (typeof CERTAINTIES)[number];

interface Meaning {
  readonly language: string;
  readonly month: number;
  readonly weekday: Certainty;
}

/** The month that the words mean in the languages that know most of them; undefined where these disagree. */
function monthAmong(words: readonly string[], year: number, day: number): Meaning | undefined {
  const meanings = calendarNames().flatMap((names) => meaningsIn(names, words, year, day));
  const best = CERTAINTIES.map((weekday) => meanings.filter((meaning) => meaning.weekday === weekday)).find(
    (some) => some.length > 0,
  );
  if (best === undefined || new Set(best.map(({ month }) => month)).size > 1) return undefined;
  // Words of a language that we do not know may sound like a month of another.
  return best[0]!.weekday === 'none' && words.filter(({ length }) => length > 1).length > 1
    ? undefined
    : best[0];
}

function meaningsIn(
  { language, months, weekdays }: CalendarNames,
  words: readonly string[],
  year: number,
  day: number,
): Meaning[] {
  return words.flatMap((word, at) =>
    months.flatMap((forms, month) => {
      if (!forms.some((form) => isForm(word, form))) return [];
      const others = words.filter((_, from) => from !== at);
      const named = weekdays.flatMap((names, weekday) =>
        others.some((other) => names.some((form) => isForm(other, form))) ? weekday : [],
      );
      const right = new Date(Date.UTC(year, month, day)).getUTCDay();
      const exact = forms.includes(word) && others.some((other) => weekdays[right]!.includes(other));
      const near = named.includes(right) ? 'right' : named.length > 0 ? 'some' : 'none';
      return { language, month: month + 1, weekday: exact ? 'exact' : near } as const;
    }),
  );
}

/** Languages abbreviate by the first letters, the C library at other places than Unicode. */
function isForm(word: string, form: string): boolean {
  return (
    word === form ||
    (word.length >= 3 && form.startsWith(word)) ||
    (form.length >= 3 && word.startsWith(form))
  );
}

function latinDigit(digit: string): string {
  if (digit <= '9') return digit;
  let zero = digit.codePointAt(0)!;
  // Each script's ten digits stand in a row.
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && digit.codePointAt(0)! - zero < 9) zero--;
  return String(digit.codePointAt(0)! - zero);
}
