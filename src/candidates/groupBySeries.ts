/** The numbers of rows, from 0, by the series that each of them is of. */
export function rowsBySeries(seriesUids: readonly string[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const [row, uid] of seriesUids.entries()) {
    const group = groups.get(uid);
    if (group === undefined) groups.set(uid, [row]);
    else group.push(row);
  }
  return groups;
}

/** Rows of a table by the scan that they lie in, each in the order of the table. */
export function groupBySeries<T extends { readonly seriesUid: string }>(
  items: readonly T[],
): Map<string, T[]> {
  const groups = rowsBySeries(items.map(({ seriesUid }) => seriesUid));
  return new Map([...groups].map(([uid, rows]) => [uid, rows.map((row) => items[row]!)]));
}
