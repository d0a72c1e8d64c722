/** What Number() takes beyond decimals: another base, and an empty text as 0. */
const NO_DECIMAL = /^\s*(?:0[box].*)?$/i;

/**
 * The number that a file's text says, in decimals; NaN for any other text and for one beyond float64. JavaScript's own
 * Number() takes an empty text, 0x10 and Infinity, too, and parseFloat() whatever begins with a digit.
 */
export function decimalNumber(text: string): number {
  const value = Number(text);
  return Number.isFinite(value) && !NO_DECIMAL.test(text) ? value : Number.NaN;
}
