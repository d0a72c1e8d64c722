import { chunkGrid, numberOf, product } from './rowIndex.js';

/** A run of bytes that lies together in a chunk and in a row. */
export interface Piece {
  /** In the chunk's part of one row. */
  readonly from: number;
  /** In the row. */
  readonly to: number;
  readonly bytes: number;
}

/** The runs of a row that each of the chunks side by side holds (the last axis fastest): the same for every row. */
export function chunkPieces(
  shape: readonly number[],
  chunk: readonly number[],
  elementBytes: number,
): readonly (readonly Piece[])[] {
  const [rowShape, slab] = [shape.slice(1), chunk.slice(1)];
  const grid = chunkGrid(rowShape, slab);
  return Array.from({ length: product(grid) }, (_, number) => {
    const corner = placeOf(number, grid).map((at, axis) => at * slab[axis]!);
    const box = corner.map((at, axis) => Math.min(slab[axis]!, rowShape[axis]! - at));
    const lines = box.slice(0, -1);
    const bytes = (box.at(-1) ?? 1) * elementBytes;
    const pieces: Piece[] = [];
    for (let line = 0; line < product(lines); line++) {
      const inBox = [...placeOf(line, lines), ...(box.length > 0 ? [0] : [])];
      const from = numberOf(inBox, slab) * elementBytes;
      const to =
        numberOf(
          inBox.map((at, axis) => at + corner[axis]!),
          rowShape,
        ) * elementBytes;
      const last = pieces.at(-1);
      if (last !== undefined && last.from + last.bytes === from && last.to + last.bytes === to)
        pieces[pieces.length - 1] = { ...last, bytes: last.bytes + bytes };
      else pieces.push({ from, to, bytes });
    }
    return pieces;
  });
}

function placeOf(number: number, sizes: readonly number[]): number[] {
  const place = new Array<number>(sizes.length);
  let rest = number;
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    place[axis] = rest % sizes[axis]!;
    rest = Math.floor(rest / sizes[axis]!);
  }
  return place;
}
