import { existsSync, readFileSync } from 'node:fs';
import { UsageError } from '../errors.js';
import { writeFileAtomically } from '../paths.js';

/** Writes tables by their paths; none, where one of them would replace other rows and `force` is not set. Throws UsageError. */
export function writeTables(texts: ReadonlyMap<string, string>, force: boolean): void {
  const other = [...texts].find(([path, text]) => existsSync(path) && readFileSync(path, 'utf8') !== text);
  if (other !== undefined && !force)
    throw new UsageError(`${other[0]} holds other rows: choose another --out, or replace it with --force`);
  for (const [path, text] of texts) writeFileAtomically(path, text);
}
