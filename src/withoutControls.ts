/**
 * What steers a terminal or hides from a reader, from whatever file it came: control characters (ESC sets a terminal's title,
 * or clears it), marks that turn the order of letters round (U+202E shows `gnp.exe` as `exe.png`), letters without a width,
 * separators of lines that no terminal knows, halves of surrogate pairs.
 */
const UNSEEN = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Text for a terminal: what steers it, or is not seen, is shown as `\x1b` or `\u202e`; newlines stay. */
export function withoutControls(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const code = character.codePointAt(0)!;
    if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** JSON of the same value, fit for a terminal: JSON leaves DEL, C1 and marks of direction as they are. */
export function jsonWithoutControls(json: string): string {
  return json.replace(UNSEEN, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}
