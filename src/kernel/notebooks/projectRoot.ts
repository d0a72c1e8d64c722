import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The nearest folder from `folder` upwards that holds a package.json; `folder` itself where there is none. */
export function findProjectRoot(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return at;
    if (at === dirname(at)) return folder;
  }
}
