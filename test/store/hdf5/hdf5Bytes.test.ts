import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import { openRowIndex } from '../../../src/store/hdf5/openRowIndex.js';
import { openRows } from '../../../src/store/hdf5/openRows.js';
import { runPython } from '../../python.js';
import { sha256 } from '../layoutFixture.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-checksums-'));
after(() => rmSync(folder, { recursive: true }));

/** A file of h5py's newest format, and bytes of its structures. */
interface FlippedFile {
  readonly name: string;
  readonly path: string;
  /** Rows that are compared. */
  readonly rows: readonly number[];
  readonly hashes: readonly string[];
  readonly flips: readonly {
    readonly at: number;
    readonly bit: number;
    readonly block: string;
    /** What h5py does with these rows when this bit is flipped. */
    readonly h5py: 'refused' | 'same' | 'other';
  }[];
}

/** Every structure with a checksum that is on the way to a row; flips in the first ones of each kind, and h5py's word on each. */
function writeFlips(): FlippedFile[] {
  return runPython<FlippedFile[]>(
    `import json, sys, os, hashlib, h5py, numpy as np
folder = json.load(sys.stdin); out = []
def write(name, shape, chunks=None, maxshape=None, rows=None, links=0, attrs=0, **more):
  path = os.path.join(folder, name + '.hdf5')
  with h5py.File(path, 'w', libver='latest', **({'track_order': True} if links else {})) as f:
    for i in range(links): f['beside%d' % i] = i
    d = f.create_dataset('input', shape, 'u1', chunks=chunks, maxshape=maxshape, **more)
    if rows is None: d[...] = np.random.default_rng(5).integers(0, 255, shape); rows = [0, 1, shape[0] // 2, shape[0] - 1]
    else:
      for r in rows: d[r] = r % 251 + 1
    if attrs: f['behind'] = 1
    for i in range(attrs): d.attrs['a%d' % i] = 'x' * 90
  return name, path, rows
cases = [
  write('contiguous', (5, 9)), write('links', (5, 9), links=12), write('attributes', (5, 9), attrs=6),
  write('gzip-single', (5, 9), (5, 9), compression='gzip'),
  write('fixed', (40, 3), (1, 3)), write('fixed-gzip', (40, 3), (1, 3), compression='gzip'), write('fixed-paged', (1100, 1), (1, 1)),
  write('extensible', (400, 1), (1, 1), (None, 1)), write('extensible-gzip', (60, 1), (1, 1), (None, 1), compression='gzip'),
  write('extensible-paged', (140000, 1), (1, 1), (None, 1), rows=[0, 131056, 133105, 139000]),
  write('b-tree', (60, 2), (1, 1), (None, None)), write('b-tree-deep', (400, 2), (1, 1), (None, None)),
  write('b-tree-gzip', (100, 2), (1, 1), (None, None), compression='gzip')]
SIGNATURES = 'OHDR OCHK BTHD BTIN BTLF FAHD FADB EAHD EAIB EASB EADB FRHP FHDB'.split()
def hashes(path, rows):
  with h5py.File(path, 'r') as f: return [hashlib.sha256(f['input'][r].tobytes()).hexdigest() for r in rows]
def word(path, rows, right):
  try: return 'same' if hashes(path, rows) == right else 'other'
  except Exception: return 'refused'
for name, path, rows in cases:
  whole = open(path, 'rb').read(); right = hashes(path, rows); places = [(at, 'the superblock') for at in (8, 9, 11, 20, 30, 38, 45)]
  for s in SIGNATURES:
    at = -1
    for _ in range(6):
      at = whole.find(s.encode(), at + 1)
      if at < 0: break
      places += [(at + by, s) for by in (0, 2, 4, 5, 6, 7, 9, 12, 16, 17, 19, 21, 23, 27, 40, 8221) if at + by < len(whole)]
  flips = []
  for i, (at, block) in enumerate(places):
    broken = bytearray(whole); bit = i % 8; broken[at] ^= 1 << bit
    other = path + '.broken'; open(other, 'wb').write(broken)
    flips.append(dict(at=at, bit=bit, block=block, h5py=word(other, rows, right)))
  out.append(dict(name=name, path=path, rows=rows, hashes=right, flips=flips))
print(json.dumps(out))`,
    folder,
  );
}

/** The hashes of the rows, or what they were refused with. */
async function read(path: string, rows: readonly number[]): Promise<readonly string[] | InputError> {
  try {
    const reader = await openRows(await openRowIndex(path, 'input'));
    try {
      return rows.map((row) => sha256(reader.readRowBytes(row)));
    } finally {
      reader.close();
    }
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    return error;
  }
}

test('a flipped bit in any structure with a checksum: whatever h5py refuses is refused, with block, byte and both checksums', async () => {
  const named = new Map<string, number>();
  let refused = 0;
  for (const { name, path, rows, hashes, flips } of writeFlips()) {
    assert.deepEqual(await read(path, rows), hashes, name);
    const whole = readFileSync(path);
    const broken = join(folder, 'broken.hdf5');
    for (const { at, bit, block, h5py } of flips) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 1 << bit;
      writeFileSync(broken, bytes);
      const found = await read(broken, rows);
      const what = `${name}, ${block}, byte ${at}, bit ${bit}: ${found}`;
      if (!(found instanceof InputError)) {
        assert.notEqual(h5py, 'refused', what);
        assert.deepEqual(found, hashes, what);
        continue;
      }
      refused++;
      assert.ok(found.message.startsWith(broken) && !found.message.includes('\n'), what);
      const [, damaged] =
        /the file is damaged: (.+) at byte \d+: its checksum is [0-9a-f]{8}, its bytes give [0-9a-f]{8}; copy it/.exec(
          found.message,
        ) ?? [];
      if (damaged !== undefined) named.set(damaged, (named.get(damaged) ?? 0) + 1);
    }
  }
  assert.ok(refused > 500, `${refused} refused`);
  assert.deepEqual(
    [...named.keys()].sort(),
    [
      ...[
        'BTHD',
        'BTIN',
        'BTLF',
        'EADB',
        'EAHD',
        'EAIB',
        'EASB',
        'FADB',
        'FAHD',
        'FHDB',
        'FRHP',
        'OCHK',
        'OHDR',
      ],
      ...['a page of EADB', 'a page of FADB', 'the superblock'],
    ],
    'every structure is named',
  );
});
