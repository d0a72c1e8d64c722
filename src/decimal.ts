/** A sign, digits, a point, an exponent. */
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * The number that a file's text says, in decimals; NaN for any other text and for one beyond float64. JavaScript's own
 * Number() takes an empty text, 0x10 and Infinity, too, and parseFloat() whatever begins with a digit.
 */
export function decimalNumber(text: string): number {
  const value = DECIMAL.test(text.trim()) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}
