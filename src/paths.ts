import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone's folder: paths in configuration files are relative to it. This file is compiled to dist/src/. */
export const REPOSITORY_ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** A path below the clone's folder; an absolute part stays as it is. */
export function inRepository(...parts: string[]): string {
  return resolve(REPOSITORY_ROOT, ...parts);
}

/** Writes beside, then renames: a reader sees the old file or the whole new one. Makes the folder. */
export function writeFileAtomically(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const beside = `${path}.partial`;
  try {
    writeFileSync(beside, content);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}
