import { readFileSync } from 'node:fs';

/** The text of a file; undefined for one that is not there, or that this user may not read. */
export function textIfThere(path: string, encoding: 'utf8' | 'latin1' = 'utf8'): string | undefined {
  try {
    return readFileSync(path, encoding);
  } catch {
    return undefined;
  }
}
