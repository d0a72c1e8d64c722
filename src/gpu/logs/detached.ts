/** A copy of a part of a text: a slice would keep the whole piece of the log alive that it was taken from. */
export function detached(slice: string): string {
  return Buffer.from(slice, 'utf16le').toString('utf16le');
}
