/** Names of one language's months and weekdays, folded; several forms of each. */
export interface CalendarNames {
  readonly language: string;
  readonly months: readonly (readonly string[])[];
  /** From Sunday. */
  readonly weekdays: readonly (readonly string[])[];
}

/** What the C library calls them where Unicode's tables, which Node has, say otherwise. */
const MONTHS_OF_C = [
  ['nl', 3, 'mrt'],
  ['af', 3, 'mrt'],
  ['de', 3, 'mrz'],
  ['sq', 8, 'gsh'],
  ['sv', 3, 'mar'],
] as const;
const WEEKDAYS_OF_C: Readonly<Record<string, readonly string[]>> = {
  sv: ['sön', 'mån', 'tis', 'ons', 'tor', 'fre', 'lör'],
  nb: ['sø', 'ma', 'ti', 'on', 'to', 'fr', 'lø'],
  tr: ['paz', 'pzt', 'sal', 'çrş', 'prş', 'cum', 'cts'],
  ro: ['du', 'lu', 'ma', 'mi', 'jo', 'vi', 'sb'],
  be: ['ндз', 'пнд', 'аўт', 'срд', 'чцв', 'птн', 'сбт'],
};

const LANGUAGES =
  'en de fr es it pt nl sv da nb nn fi is et lv lt pl cs sk sl hr bs sr mk bg ru uk be kk ky uz tr az el hu ro ca gl eu ga cy gd br mt sq hy ka he ar fa ur hi mr ne bn gu pa ta te kn ml si th lo my km vi id ms fil af sw am zu ast fo lb fy oc sc'.split(
    ' ',
  );
/** Words for the halves of the day beside those of Unicode's tables: of the first, of the second. */
const HALVES: readonly string[] = [
  'am a.m vorm fm πμ π.μ ص ق.ظ pd pg 오전 午前 上午 早上 凌晨',
  'pm p.m nachm em μμ μ.μ م ب.ظ md ptg 오후 午後 下午 晚上 中午',
];

let calendars: readonly CalendarNames[] | undefined;
let markers: ReadonlyMap<string, boolean> | undefined;

/** Built at the first header that is not English: some 50 ms. */
export function calendarNames(): readonly CalendarNames[] {
  calendars ??= LANGUAGES.map((language) => ({
    language,
    months: withoutShared(Array.from({ length: 12 }, (_, month) => monthNames(language, month))),
    weekdays: Array.from({ length: 7 }, (_, day) => weekdayNames(language, day)),
  }));
  return calendars;
}

/** A word for a half of the day -> whether it is the second; a word that two languages use for both halves is in neither. */
export function dayHalves(): ReadonlyMap<string, boolean> {
  if (markers !== undefined) return markers;
  const found = new Map<string, boolean | undefined>();
  const add = (word: string, later: boolean): void =>
    void found.set(word, found.has(word) && found.get(word) !== later ? undefined : later);
  for (const language of LANGUAGES)
    for (const later of [false, true])
      for (const word of folded(
        language,
        Date.UTC(2023, 0, 1, later ? 15 : 9),
        [{ hour: 'numeric', hour12: true }],
        'dayPeriod',
      ))
        add(word, later);
  for (const [half, all] of HALVES.entries()) for (const word of all.split(' ')) add(fold(word), half === 1);
  markers = new Map([...found].flatMap(([word, later]) => (later === undefined ? [] : [[word, later]])));
  return markers;
}

/** A word without case, the accents of European scripts (in others they are vowels) and the dot of an abbreviation. */
export function fold(word: string): string {
  return word
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[.,،()‘’'ʼ-]+/g, '');
}

/** Catalan's `de febrer` has a word that every month has. */
function withoutShared(months: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return months.map((names, at) =>
    names.filter((name) => !months.some((others, other) => other !== at && others.includes(name))),
  );
}

function weekdayNames(language: string, day: number): readonly string[] {
  const styles = [{ weekday: 'long' }, { weekday: 'short' }] as const;
  const own = WEEKDAYS_OF_C[language]?.[day];
  return [
    ...folded(language, Date.UTC(2023, 0, 1 + day), styles, 'weekday'),
    ...(own === undefined ? [] : [fold(own)]),
  ];
}

function monthNames(language: string, month: number): readonly string[] {
  const styles = (['long', 'short'] as const).flatMap((style) => [
    { month: style },
    { month: style, day: 'numeric' } as const,
  ]);
  return [
    ...folded(language, Date.UTC(2023, month, 15), styles, 'month'),
    ...MONTHS_OF_C.filter(([of, at]) => of === language && at === month + 1).map(([, , name]) => fold(name)),
  ];
}

function folded(
  language: string,
  time: number,
  styles: readonly Intl.DateTimeFormatOptions[],
  part: Intl.DateTimeFormatPartTypes,
): readonly string[] {
  const names = styles.flatMap((style) =>
    new Intl.DateTimeFormat(`${language}-u-ca-gregory-nu-latn`, { ...style, timeZone: 'UTC' })
      .formatToParts(time)
      .filter(({ type }) => type === part)
      .flatMap(({ value }) => value.split(/\s+/))
      .map(fold),
  );
  return [...new Set(names)].filter((name) => name !== '' && !/^\d+$/.test(name));
}
