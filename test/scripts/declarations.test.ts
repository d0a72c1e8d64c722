import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inRepository } from '../../src/paths.js';

const { readDeclarations } = await import(pathToFileURL(inRepository('scripts', 'declarations.mjs')).href);
const { snapshotOf } = await import(pathToFileURL(inRepository('scripts', 'publicApi.mjs')).href);

const ROWS = `
/** A row. */
export interface Row extends Place {
    /** Of the file. */
    readonly line: number;
}
interface Place {
    readonly mm: Vector;
}
type Vector = readonly [number, number, number];
/** Not led to. */
export interface Other {
    readonly a: 1;
}
/**
 * Reads.
 * @example
 * const row = read('a');
 *   row.line //=> 1
 * @example
 * read('b');
 */
export declare function read(path: string, { strict }?: {
    readonly strict?: boolean;
}): Row;
/**
 * Writes.
 * @deprecated since 0.2.0: take save()
 */
export declare function write<T extends Row>(path: string, rows: readonly T[], format: 'one of them' | 'another one of them'): Promise<void>;
export declare const FEW = 3;
`;

test('readDeclarations() follows each entry point to declarations, documentation, examples and the types on the way', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-declarations-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'doors'));
  writeFileSync(join(folder, 'rows.d.ts'), ROWS);
  writeFileSync(join(folder, 'index.d.ts'), "export { FEW, read, write } from './rows.js';\n");
  writeFileSync(join(folder, 'doors', 'hdf5.d.ts'), "export { read, type Row as Line } from '../rows.js';\n");
  for (const name of ['kernel', 'tensorflow'])
    writeFileSync(join(folder, 'doors', `${name}.d.ts`), 'export {};\n');

  const declared = readDeclarations(folder);
  const [few, read] = declared.exported;
  assert.deepEqual([few.docs, few.isValue, few.examples], ['', true, []]);
  assert.equal(read.docs, 'Reads.');
  assert.deepEqual(read.examples, ["const row = read('a');\n  row.line //=> 1", "read('b');"]);
  assert.equal(
    snapshotOf(declared).split('# Exported names\n')[1],
    `
## FEW
const FEW = 3;

## read
function read(path: string, { … }?: {
  readonly strict?: boolean;
}): Row;

## write
@deprecated since 0.2.0: take save()
function write<T extends Row>(
  path: string,
  rows: readonly T[],
  format: 'one of them' | 'another one of them',
): Promise<void>;

## voxlab/hdf5: Line
interface Row extends Place {
  readonly line: number;
}

## voxlab/hdf5: read
as above

# Types without a public name of their own

## Place
interface Place {
  readonly mm: Vector;
}

## Vector
type Vector = readonly [
  number,
  number,
  number
];
`,
  );
});
