/** Control characters that came from a file (ESC sets a terminal's title or clears it) shown as \xNN; newlines stay. */
export function withoutControls(text: string): string {
  return text.replace(
    /(?!\n)\p{Cc}/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
