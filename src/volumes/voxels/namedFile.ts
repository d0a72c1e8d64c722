import { basename, dirname, extname, resolve } from 'node:path';
import type { InputError } from '../../errors.js';
import { entriesIn, statsOf } from './inputFile.js';

/**
 * A name in a header as a path. Throws what `refusal` makes of the reason for one that leads nowhere, with the file that may be
 * meant, and InputError where its file system does not answer.
 */
export async function namedFile(
  header: string,
  name: string,
  refusal: (reason: string) => InputError,
): Promise<string> {
  const file = resolve(dirname(header), name);
  if ((await statsOf(file)) !== undefined) return file;
  const meant = fileThatMayBeMeant(header, name);
  throw refusal(
    `names ${name}, which is not ${/[\\/]/.test(name) ? 'there' : 'beside it'}${meant === undefined ? '; copy it there or change the line' : ` (there is ${meant}); rename it or change the line`}`,
  );
}

/** `slice%03d.raw` with a number, as printf has it; a sign counts as a place. */
export function numberedName(pattern: string, k: number): string {
  return pattern.replace(/%%|%(0?)(\d*)[diu]/g, (found, zero: string, width: string) => {
    if (found === '%%') return '%';
    if (zero === '') return String(k).padStart(Number(width));
    const sign = k < 0 ? '-' : '';
    return sign + String(Math.abs(k)).padStart(Number(width) - sign.length, '0');
  });
}

/** The same name in other letters, behind a path of another machine; the header's own name with an ending of voxels. */
function fileThatMayBeMeant(header: string, name: string): string | undefined {
  const beside = entriesIn(dirname(header)).map((entry) => entry.name);
  const last = name.split(/[\\/]/).at(-1)!;
  const stem = basename(header, extname(header)).toLowerCase();
  return (
    beside.find((each) => each === last) ??
    beside.find((each) => each.toLowerCase() === last.toLowerCase()) ??
    beside.find(
      (each) =>
        /^\.(z?raw|img|bin|txt|hex)(\.gz)?$/.test(each.toLowerCase().slice(stem.length)) &&
        each.toLowerCase().startsWith(stem),
    )
  );
}
