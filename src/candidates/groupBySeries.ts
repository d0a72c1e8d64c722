/** Rows of a table by the scan that they lie in, each in the order of the table. */
export function groupBySeries<T extends { readonly seriesUid: string }>(
  items: readonly T[],
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(item.seriesUid);
    if (group === undefined) groups.set(item.seriesUid, [item]);
    else group.push(item);
  }
  return groups;
}
