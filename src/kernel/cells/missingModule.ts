import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import {
  isImportable,
  isNamedAsModule,
  isPath,
  ownModulePath,
  packageOf,
  pathFrom,
} from '../typescript/ownPaths.js';

const SHOWN_FILES = 6;
/** What can be imported of voxlab, from any folder. */
export const VOXLAB = ['voxlab', 'voxlab/hdf5', 'voxlab/kernel', 'voxlab/tensorflow'];

/** Why an import leads nowhere, and what to write instead. `folder`: of the notebook or module that imports; `root`: of the project. */
export function cureOf(name: string, folder: string, root: string): string {
  if (isPath(name)) return ofPath(name, folder, root);
  const asFile = [folder, root].find((from) => ownModulePath(from, `./${name}`) !== undefined);
  if (asFile !== undefined)
    return `a file is named by its path: from '${nameFrom(folder, resolve(asFile, name))}'`;
  if (/^[a-zA-Z]:|^~/.test(name))
    return 'write the whole path, which begins with /, or one from here, which begins with ./';
  if (name.startsWith('voxlab/')) return `of voxlab there are ${VOXLAB.join(', ')}`;
  if (isNamedAsModule(name))
    return `neither a package nor a file of ${folder}; a file's path begins with ./ or ../ or /`;
  const packageName = packageOf(name);
  if (existsSync(join(root, 'node_modules', packageName)))
    return `${packageName} is installed, and has no ${name === packageName ? 'entry that can be imported' : `'${name}'`}: its package.json names what it exports`;
  return `no package ${packageName} in ${join(root, 'node_modules')}: npm install ${packageName} there; a file's path begins with ./ or ../ or /`;
}

function ofPath(name: string, folder: string, root: string): string {
  const path = pathFrom(folder, name);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory())
    return `${path} is a folder without an index file${holds(path)}: name one of its files`;
  if (stats !== undefined)
    return `${path} is there, and no module: those end in .ts, .tsx, .mts, .cts, .js, .mjs, .cjs or .json; read other files with readFileSync() of 'node:fs', scans with readVolume()`;
  const parent = dirname(path);
  if (!existsSync(parent)) return `there is no folder ${parent}; ${countedFrom(folder)}`;
  const near = filesOf(parent).find((file) => alike(file) === alike(basename(path)));
  if (near !== undefined)
    return `there is no ${path}, but ${near}: from '${nameFrom(folder, join(parent, near))}'`;
  const elsewhere = [dirname(folder), root].find(
    (from) => ownModulePath(from, `./${basename(name)}`) !== undefined,
  );
  if (elsewhere !== undefined)
    return `there is no ${path}, but one in ${elsewhere}: from '${nameFrom(folder, join(elsewhere, basename(name)))}'`;
  return `there is no ${path}${holds(parent)}; ${countedFrom(folder)}`;
}

function countedFrom(folder: string): string {
  return `paths count from ${folder}`;
}

/** Without its ending, small letters alone: `My-Lib.ts` and `mylib.js` are alike. */
function alike(file: string): string {
  return basename(file, extname(file)).toLowerCase().replaceAll(/[-_ ]/g, '');
}

function holds(folder: string): string {
  const files = filesOf(folder);
  if (files.length === 0) return '';
  return `; ${folder} holds ${files.slice(0, SHOWN_FILES).join(', ')}${files.length > SHOWN_FILES ? `, ... (${files.length})` : ''}`;
}

/** Modules of a folder. */
function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder).filter(isImportable).sort();
  } catch {
    return [];
  }
}

function nameFrom(folder: string, path: string): string {
  const found = relative(folder, path);
  return found.startsWith('.') ? found : `./${found}`;
}
