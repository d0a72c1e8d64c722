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

/** A picture of its own: `content` on white, which a notebook takes away (theme.ts), in letters of `fontSize` unless they say another. */
export function standaloneSvg(
  title: string,
  width: number,
  height: number,
  content: string,
  fontSize = 12,
): string {
  const [w, h] = [coordinate(width), coordinate(height)];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="${fontSize}"><rect width="${w}" height="${h}" fill="white"/>${content}</svg>`;
}

/** A title in lines of at most so many letters, broken between words. */
export function titleLines(title: string, letters: number): string[] {
  const lines: string[] = [''];
  for (const word of title.split(' ')) {
    const line = lines.at(-1)!;
    if (line !== '' && line.length + 1 + word.length > letters) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

/** So many letters of a bold title of size 14 to 15 stand in so many pixels. */
export function lettersIn(width: number): number {
  return Math.max(12, Math.floor(width / 8.8));
}

/** Lines of text below one another, of size 14. */
export function titleText(lines: readonly string[], x: number, y: number): string {
  return lines
    .map(
      (line, at) =>
        `<text x="${coordinate(x)}" y="${coordinate(y + 18 * at)}" font-size="14" font-weight="600" fill="#333">${escaped(line)}</text>`,
    )
    .join('');
}
