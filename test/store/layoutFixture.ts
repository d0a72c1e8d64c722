import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { openRowIndex } from '../../src/store/hdf5/openRowIndex.js';
import type { RowIndex } from '../../src/store/hdf5/rowIndex.js';
import { runPython } from '../python.js';

/** A file of h5py, with what h5py reads of it. */
export interface LayoutFile {
  readonly name: string;
  readonly path: string;
  /** sha256 of the little-endian values of each row. */
  readonly hashes: readonly string[];
}

/**
 * Options of h5py.File and create_dataset by name; beside them `shape`, `dtype`, `rows` (written ones; all when absent) and `after`
 * (a Python statement about the dataset d, run after writing).
 */
export type LayoutCases = Readonly<Record<string, { readonly [option: string]: unknown }>>;

/** Writes one file a case with random values that cover the type's range, dataset `input`. */
export function writeLayouts(folder: string, cases: LayoutCases): LayoutFile[] {
  return runPython<LayoutFile[]>(
    `import json, sys, os, hashlib, h5py, numpy as np
folder, cases = json.load(sys.stdin); out = []
random = np.random.default_rng(3)
for name, case in cases.items():
  path = os.path.join(folder, name + '.hdf5')
  file_options = {k: case.pop(k) for k in ('libver', 'userblock_size') if k in case}
  shape, dtype = tuple(case.pop('shape', (7, 60))), np.dtype(case.pop('dtype', '<i2'))
  written, after = case.pop('rows', shape[0]), case.pop('after', '')
  for k in ('chunks', 'maxshape'):
    if isinstance(case.get(k), list): case[k] = tuple(case[k])
  if dtype.kind == 'f': x = random.normal(0, 1000, shape)
  else: x = random.integers(np.iinfo(dtype).min, np.iinfo(dtype).max, shape, dtype.newbyteorder('='), endpoint=True)
  x[..., ::3] = 7
  x = x.astype(dtype)
  with h5py.File(path, 'w', **file_options) as f:
    f.create_dataset('before', data=np.arange(5))
    d = f.create_dataset('input', shape=shape, dtype=dtype, **case)
    if written: d[:written] = x[:written]
    if after: exec(after)
  with h5py.File(path, 'r') as f:
    d = f['input']
    le = d.dtype.newbyteorder('<')
    hashes = [hashlib.sha256(row.astype(le).tobytes()).hexdigest() for row in d[...]]
  out.append(dict(name=name, path=path, hashes=hashes))
print(json.dumps(out))`,
    [folder, cases],
  );
}

/** As LayoutFile has it. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The index of the dataset `input`, which must have one. */
export async function indexed(path: string): Promise<RowIndex> {
  const index = await openRowIndex(path, 'input');
  assert.ok(!('because' in index), `${path}: ${'because' in index && index.because}`);
  return index;
}
