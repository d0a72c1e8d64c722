/** A blob of which is known how nodule-like it is. */
export interface JudgedBlob {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly diameterMm: number;
  readonly score: number;
}

/** Nearer than this, two marks are one. */
const CLOSEST_MM = 3;

/** Side of the cells in which marks are looked up, mm. */
const CELL_MM = 8;

/** Best first, at most so many; of marks that lie within each other the best stays. The grid is of 1 mm. */
export function separateBlobs(blobs: readonly JudgedBlob[], most: number): JudgedBlob[] {
  const ranked = [...blobs].sort((a, b) => b.score - a.score || a.z - b.z || a.y - b.y || a.x - b.x);
  const kept: JudgedBlob[] = [];
  const cells = new Map<string, JudgedBlob[]>();
  for (const blob of ranked) {
    if (kept.length === most) break;
    if (cells.get(cellOf(blob.x, blob.y, blob.z))?.some((other) => isInside(blob, other))) continue;
    kept.push(blob);
    noteIn(cells, blob);
  }
  return kept;
}

/** Into every cell that its surroundings reach. */
function noteIn(cells: Map<string, JudgedBlob[]>, blob: JudgedBlob): void {
  const reach = Math.ceil(awayMm(blob) / CELL_MM);
  for (let z = -reach; z <= reach; z++)
    for (let y = -reach; y <= reach; y++)
      for (let x = -reach; x <= reach; x++) {
        const cell = cellOf(blob.x + x * CELL_MM, blob.y + y * CELL_MM, blob.z + z * CELL_MM);
        const there = cells.get(cell);
        if (there === undefined) cells.set(cell, [blob]);
        else there.push(blob);
      }
}

function cellOf(x: number, y: number, z: number): string {
  return `${Math.floor(x / CELL_MM)} ${Math.floor(y / CELL_MM)} ${Math.floor(z / CELL_MM)}`;
}

function isInside(blob: JudgedBlob, other: JudgedBlob): boolean {
  return Math.hypot(other.x - blob.x, other.y - blob.y, other.z - blob.z) < awayMm(other);
}

function awayMm({ diameterMm }: JudgedBlob): number {
  return Math.max(CLOSEST_MM, diameterMm / 4);
}
