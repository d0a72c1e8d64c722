import type { Dirent, Stats } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { guardedCall, HangingFile } from './guardedCall.js';

/**
 * For what is read at once, and would hold the whole program where its file system does not answer: returns when a file has
 * given its first byte, or a folder its names and the first byte of its first file. So it does for what is not there or cannot
 * be read, which whoever reads it says. Throws InputError where there is no answer in time.
 */
export async function awaitReadable(path: string): Promise<void> {
  const stats = await unlessRefused(path, () => stat(path));
  if (stats?.isFile()) await awaitFirstByte(path);
  if (stats?.isDirectory()) await namesIn(path);
}

/** The same for a folder and all folders below it, through links, for what is searched. */
export async function awaitReadableBelow(path: string): Promise<void> {
  const seen = new Set<string>();
  const look = async (folder: string, stats: Stats | undefined): Promise<void> => {
    if (!stats?.isDirectory() || seen.has(`${stats.dev} ${stats.ino}`)) return;
    seen.add(`${stats.dev} ${stats.ino}`);
    for (const entry of await namesIn(folder)) {
      if (!entry.isDirectory() && !entry.isSymbolicLink()) continue;
      const below = join(folder, entry.name);
      await look(below, await unlessRefused(below, () => stat(below)));
    }
  };
  await look(path, await unlessRefused(path, () => stat(path)));
}

async function namesIn(folder: string): Promise<readonly Dirent[]> {
  const entries = (await unlessRefused(folder, () => readdir(folder, { withFileTypes: true }))) ?? [];
  const first = entries.find((entry) => entry.isFile());
  // Names may be remembered on this machine; a file is asked for where it lies.
  if (first !== undefined) await awaitFirstByte(join(folder, first.name));
  return entries;
}

async function awaitFirstByte(file: string): Promise<void> {
  const handle = await unlessRefused(file, () => open(file, 'r'));
  if (handle === undefined) return;
  try {
    await unlessRefused(file, () => handle.read(Buffer.alloc(1), 0, 1, 0));
  } catch (error) {
    // Closing what hangs would wait for it.
    void handle.close().catch(() => {});
    throw error;
  }
  await unlessRefused(file, () => handle.close());
}

async function unlessRefused<T>(path: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await guardedCall(path, call);
  } catch (error) {
    if (error instanceof HangingFile) throw error;
    return undefined;
  }
}
