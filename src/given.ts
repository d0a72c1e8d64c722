/**
 * Those keys of an object that have a value: for options that may be left out, and that may not be there as undefined
 * (exactOptionalPropertyTypes).
 */
export function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
