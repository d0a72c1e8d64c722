/** A table as text (RFC 4180 with line feeds), as readCsvTable() reads it. */
export function csvText(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return `${[columns, ...rows].map((cells) => cells.map(cellOf).join(',')).join('\n')}\n`;
}

function cellOf(cell: string | number): string {
  if (typeof cell === 'number') return String(cell);
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
