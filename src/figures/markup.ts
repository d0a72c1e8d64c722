const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What XML forbids: control characters, half of a surrogate pair (a text that was cut), and two that are no characters. */
const FORBIDDEN = /[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** Text from data, safe inside HTML and SVG, also in attributes. Characters that XML forbids are dropped. */
export function escaped(text: string): string {
  return [...text]
    .filter((c) => !FORBIDDEN.test(c))
    .map((c) => ENTITIES[c] ?? c)
    .join('');
}

/** A number with at most two decimals, as SVG coordinates need no more. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100);
}
