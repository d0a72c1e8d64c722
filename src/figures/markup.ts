const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text from data, safe inside HTML and SVG, also in attributes. Control characters, which XML forbids, are dropped. */
export function escaped(text: string): string {
  return [...text]
    .filter((c) => c >= ' ' || c === '\n' || c === '\t')
    .map((c) => ENTITIES[c] ?? c)
    .join('');
}

/** A number with at most two decimals, as SVG coordinates need no more. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100);
}
