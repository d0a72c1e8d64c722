import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { withFoldersAbove } from '../typescript/ownPaths.js';

/** The nearest folder from `folder` upwards that holds a package.json; `folder` itself where there is none. */
export function findProjectRoot(folder: string): string {
  return withFoldersAbove(folder).find((each) => existsSync(join(each, 'package.json'))) ?? folder;
}
