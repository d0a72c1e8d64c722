/** Rows of a table as lines: each column as wide as its longest cell, those from `rightFrom` on to the right. */
export function alignedColumns(rows: readonly (readonly string[])[], rightFrom = Infinity): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const aligned = (cell: string, column: number): string =>
    column < rightFrom ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  return rows.map((row) => `${row.map(aligned).join('  ').trimEnd()}\n`).join('');
}
