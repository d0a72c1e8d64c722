import { sessionFor } from './session.js';

/**
 * Asks the reader of the notebook for a line of text; the cell waits. `password` hides what is typed.
 * @example
 * const name = ask('Which scan? ');
 * const token = ask('Token: ', { password: true });
 * console.log(`${name}, a token of ${token.length} characters`);
 */
export function ask(prompt: string, { password = false } = {}): string {
  return sessionFor('ask()').readInput(prompt, password);
}

/**
 * Aborted when the user interrupts the cell (the square button): hand it to long work, so that the work stops with
 * the cell: `for await (const record of train(config, { signal: interruptSignal() })) …`
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const volume = await readVolume(scan, { signal: interruptSignal() });
 * console.log(volume.size);
 */
export function interruptSignal(): AbortSignal {
  return sessionFor('interruptSignal()').interruptSignal();
}

/**
 * Shows a text in the front end's pager, where it has one.
 * @example
 * page('A long text, which can be read beside the notebook.');
 */
export function page(text: string): void {
  sessionFor('page()').showInPager(text);
}
