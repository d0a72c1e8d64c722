import { appendFile } from 'node:fs/promises';
import { cannotWrite } from '../../paths.js';

/**
 * Appends to a file in order, while the caller goes on: a disk that stalls for a minute holds nobody who must be heard by
 * others meanwhile. What waits is kept in memory.
 */
export class AppendQueue {
  readonly #file: string;
  #waiting: Uint8Array[] = [];
  #writing: Promise<void> | undefined;
  #failure: unknown;

  constructor(file: string) {
    this.#file = file;
  }

  /** Throws EnvironmentError where an earlier one could not be written, naming the file. */
  add(bytes: Uint8Array): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#waiting.push(bytes);
    this.#writing ??= this.#writeAll();
  }

  /** When it resolves the file has all that was added. Throws EnvironmentError. */
  async settle(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0) await appendFile(this.#file, Buffer.concat(this.#waiting.splice(0)));
    } catch (error) {
      this.#failure = cannotWrite(this.#file, error);
    }
    this.#writing = undefined;
  }
}
