import { closeSync, fstatSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { cannotWrite, makeFolder } from '../../paths.js';

const NEWLINE = 0x0a;

/**
 * A file that whole lines are appended to, each piece by one write: a process that is killed leaves whole lines. A file that is
 * renamed or removed under it (log rotation) is made anew. Throws EnvironmentError.
 */
export class AppendFile {
  private file: number;
  private inode: number;

  constructor(readonly path: string) {
    makeFolder(dirname(path));
    [this.file, this.inode] = this.open();
  }

  /** `lines` end with a newline. */
  append(lines: string): void {
    try {
      if (statSync(this.path, { throwIfNoEntry: false })?.ino !== this.inode) this.reopen();
      const bytes = Buffer.from(lines);
      for (let at = 0; at < bytes.length; ) at += writeSync(this.file, bytes, at);
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
  }

  close(): void {
    closeSync(this.file);
  }

  private reopen(): void {
    closeSync(this.file);
    [this.file, this.inode] = this.open();
  }

  private open(): [file: number, inode: number] {
    try {
      const file = openSync(this.path, 'a+');
      const { ino, size } = fstatSync(file);
      // What a power cut left of a line is no part of the next one.
      const last = Buffer.alloc(1);
      if (size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== NEWLINE)
        writeSync(file, '\n');
      return [file, ino];
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
  }
}
