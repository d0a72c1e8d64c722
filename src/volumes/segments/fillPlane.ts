/** Corners in mm, x and y; the last is joined to the first. */
export type Polygon = readonly (readonly [number, number])[];

/**
 * Sets the pixels of a plane whose centres lie inside an odd number of polygons, row by row. `originMm` is the centre of the
 * first pixel, `pitchMm` the distance between them.
 */
export function fillPlane(
  plane: Uint8Array,
  columns: number,
  polygons: readonly Polygon[],
  { originMm, pitchMm }: { readonly originMm: readonly [number, number]; readonly pitchMm: number },
): void {
  const rows = plane.length / columns;
  for (let row = 0; row < rows; row++) {
    const crossings = crossingsAt(polygons, originMm[1] + row * pitchMm);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = Math.max(0, Math.ceil((crossings[i]! - originMm[0]) / pitchMm));
      const end = Math.min(columns, Math.ceil((crossings[i + 1]! - originMm[0]) / pitchMm));
      if (end > from) plane.fill(1, row * columns + from, row * columns + end);
    }
  }
}

/** Where edges cross the line of that y, ascending; a corner on the line belongs to the edge above it alone. */
function crossingsAt(polygons: readonly Polygon[], y: number): number[] {
  const crossings: number[] = [];
  for (const polygon of polygons)
    for (const [i, [x1, y1]] of polygon.entries()) {
      const [x2, y2] = polygon[(i + 1) % polygon.length]!;
      if (y1 <= y !== y2 <= y) crossings.push(x1 + ((y - y1) * (x2 - x1)) / (y2 - y1));
    }
  return crossings.sort((a, b) => a - b);
}
