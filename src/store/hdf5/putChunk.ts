/** One chunk of an index: where it begins, in chunks along each axis, and where it lies. */
export type PutChunk = (place: readonly number[], offset: number, bytes: number, mask: number) => void;

/** One chunk of an array index: its number in the grid of the largest extent. */
export type PutNumbered = (number: number, offset: number, bytes: number, mask: number) => void;
