import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { openRowIndex } from '../../../src/store/hdf5/openRowIndex.js';
import { openRows } from '../../../src/store/hdf5/openRows.js';
import { runPython } from '../../python.js';
import { type LayoutFile, sha256, writeLayouts } from '../layoutFixture.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-damaged-index-'));
after(() => rmSync(folder, { recursive: true }));

/** A copy of a file with other bits, and what h5py reads of each row: the sha256 of its bytes, or null. */
interface Damaged {
  readonly path: string;
  readonly bit: string;
  readonly rows: readonly (string | null)[];
}

/** Flips `count` bits at random in the structures that say where chunks lie. */
function damage({ path }: LayoutFile, count: number): Damaged[] {
  return runPython<Damaged[]>(
    `import json, sys, os, hashlib, random, h5py
path, count = json.load(sys.stdin); out = []; random.seed(16)
data = open(path, 'rb').read()
places = []
for name in (b'TREE', b'BTHD', b'BTLF', b'BTIN', b'FAHD', b'FADB', b'EAHD', b'EAIB', b'EASB', b'EADB'):
  at = data.find(name)
  while at >= 0:
    places += range(at, min(len(data), at + 600)); at = data.find(name, at + 1)
def row(d, i):
  try: return hashlib.sha256(d[i].tobytes()).hexdigest()
  except Exception: return None
for n in range(count):
  at, bit = random.choice(places), random.randrange(8)
  copy = bytearray(data); copy[at] ^= 1 << bit
  other = path.replace('.hdf5', f'-{n}.hdf5'); open(other, 'wb').write(copy)
  try:
    with h5py.File(other, 'r') as f: rows = [row(f['input'], i) for i in range(len(f['input']))]
  except Exception: rows = []
  out.append(dict(path=other, bit=f'bit {bit} of byte {at}', rows=rows))
print(json.dumps(out))`,
    [path, count],
  );
}

async function ourRows(path: string, count: number): Promise<(string | null)[]> {
  try {
    const reader = await openRows(await openRowIndex(path, 'input'));
    const row = (i: number): string | null => {
      try {
        return sha256(reader.readRowBytes(i));
      } catch (error) {
        assert.ok(error instanceof InputError || error instanceof RangeError, `${path}: ${error}`);
        return null;
      }
    };
    const rows = Array.from({ length: count }, (_, i) => row(i));
    reader.close();
    return rows;
  } catch (error) {
    assert.ok(error instanceof InputError, `${path}: ${error}`);
    return new Array<null>(count).fill(null);
  }
}

const CASES = {
  'tree-1': { libver: 'earliest', shape: [40, 60], chunks: [1, 60] },
  'tree-1-parts': { libver: 'earliest', shape: [40, 60], chunks: [3, 25] },
  'tree-1-levels': { libver: 'earliest', shape: [900, 6], chunks: [1, 6] },
  'tree-1-gzip': { libver: 'earliest', shape: [40, 60], chunks: [2, 60], compression: 'gzip', shuffle: true },
  'tree-2': { libver: 'latest', shape: [40, 60], chunks: [1, 30], maxshape: [null, null] },
  fixed: { libver: 'latest', shape: [1100, 6], chunks: [1, 6] },
  extensible: { libver: 'latest', shape: [300, 6], chunks: [1, 6], maxshape: [null, 6] },
} as const;

for (const [name, options] of Object.entries(CASES))
  test(`one bit of a chunk index (${name}) is other: each row is what h5py reads, or what was written, or refused`, async () => {
    const [file] = writeLayouts(folder, { [name]: options });
    let refused = 0;
    for (const { path, bit, rows } of damage(file!, 60)) {
      const ours = await ourRows(path, rows.length);
      for (const [row, hash] of ours.entries())
        assert.ok(
          hash === null || hash === rows[row] || hash === file!.hashes[row],
          `${bit}: row ${row} is neither what h5py reads nor what was written`,
        );
      if (ours.includes(null)) refused++;
    }
    assert.ok(refused > 10, `only ${refused} of 60 are refused`);
  });
