// Runs the compiled examples of a folder (exampleFolder.ts) one after the other, with one engine:
//   VOXLAB_HOME=FOLDER node dist/test/program/exampleRunner.js FILE...    in FOLDER
// writes results.json: [{ file, seconds, error? }]. The examples import the package, of which the kernel's session is all that
// is imported here: it is the process' own, whichever copy of its file opens it.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { createComms } from '../../src/kernel/comms.js';
import { openSession } from '../../src/kernel/session.js';

/** The examples of cells run as in one: their messages go nowhere, whoever asks is answered. */
function beInNotebook(): void {
  const publish = () => undefined;
  openSession({
    publish,
    readInput: () => 'answer',
    interruptSignal: () => new AbortController().signal,
    showInPager: publish,
    comms: createComms(publish),
  });
}

/** What an example says of a value in `EXPRESSION //=> VALUE`. */
function said(value: unknown, expected: string): void {
  const shown = inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 5 });
  if (shown !== expected) throw new Error(`says //=> ${expected}, the value is ${shown}`);
}

Object.assign(globalThis, { said });
let complaints = 0;
console.error = () => complaints++;
beInNotebook();
const results: { file: string; seconds: number; error?: string }[] = [];
for (const file of process.argv.slice(2)) {
  const from = performance.now();
  const saidBefore = complaints;
  const expectsError = readFileSync(file, 'utf8').includes('catch (error)');
  const error = await import(pathToFileURL(resolve(file)).href).then(
    () =>
      expectsError && complaints === saidBefore ? 'shows how an error is caught, and none came' : undefined,
    (thrown: unknown) => inspect(thrown),
  );
  const seconds = (performance.now() - from) / 1000;
  results.push({ file, seconds, ...(error === undefined ? {} : { error }) });
}
writeFileSync('results.json', JSON.stringify(results));
process.exit(0);
