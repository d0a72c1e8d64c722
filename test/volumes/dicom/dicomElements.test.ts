import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openDicom } from '../../../src/volumes/dicom/dicomDataSet.js';
import {
  BytesEnd,
  type DicomElements,
  EXPLICIT_LITTLE,
  PIXEL_DATA,
  readElements,
} from '../../../src/volumes/dicom/dicomElements.js';
import { pydicomReference } from '../dicomComparison.js';

const root = mkdtempSync(join(tmpdir(), 'voxlab-dicom-elements-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** By tag in hexadecimal: bytes in hexadecimal (null where they are of unknown length), or the items of a sequence. */
interface Tree {
  readonly [tag: string]: string | null | readonly Tree[];
}

const files = pydicomReference<{ path: string; syntax: string; tree: Tree }>('elements', root);

function tagsOf(tree: Tree, into: Set<number>): Set<number> {
  for (const [tag, value] of Object.entries(tree)) {
    into.add(Number.parseInt(tag, 16));
    if (Array.isArray(value)) for (const item of value as Tree[]) tagsOf(item, into);
  }
  return into;
}

function requireSame(found: DicomElements, expected: Tree, bytes: Buffer, where: string): number {
  let count = 0;
  const wanted = Object.entries(expected);
  assert.deepEqual(
    [...found.keys()].map((tag) => tag.toString(16).padStart(8, '0')).sort(),
    wanted.map(([tag]) => tag).sort(),
    where,
  );
  for (const [tag, value] of wanted) {
    const { offset, length, items } = found.get(Number.parseInt(tag, 16))!;
    count++;
    if (Array.isArray(value)) {
      assert.equal(items.length, value.length, `${where} ${tag}`);
      for (const [i, item] of (value as Tree[]).entries())
        count += requireSame(items[i]!, item, bytes, `${where} ${tag}.${i}`);
    } else if (value !== null)
      assert.equal(bytes.subarray(offset, offset + length).toString('hex'), value, `${where} ${tag}`);
  }
  return count;
}

test('readElements() finds the elements that pydicom finds, of every value representation, coding and form of sequence', () => {
  let count = 0;
  for (const { path, syntax, tree } of files) {
    const { bytes, from, coding } = openDicom(readFileSync(path), path);
    const { found } = readElements(bytes, from, coding, tagsOf(tree, new Set()));
    count += requireSame(found, tree, bytes, `${path} (${syntax})`);
    assert.equal(found.get(PIXEL_DATA)!.length, 24);
  }
  assert.equal(files.length, 100);
  assert.ok(count > 5000, String(count));
});

test('readElements() keeps what is wanted and no more, and comes to the same place', () => {
  for (const { path } of files) {
    const { bytes, from, coding } = openDicom(readFileSync(path), path);
    const { found } = readElements(bytes, from, coding, new Set([0x00280010]));
    assert.deepEqual([...found.keys()], [0x00280010, PIXEL_DATA]);
    const all = readElements(bytes, from, coding, tagsOf({}, new Set([0x00080018])), 0x00080018);
    assert.deepEqual([...all.found.keys()], [0x00080018]);
  }
});

test('readElements() says that bytes end wherever they are cut before the voxels', () => {
  for (const { path, tree } of files.slice(0, 8)) {
    const { bytes, from, coding } = openDicom(readFileSync(path), path);
    const wanted = tagsOf(tree, new Set());
    const end = readElements(bytes, from, coding, wanted).found.get(PIXEL_DATA)!.offset;
    for (let length = from; length < end; length += 1 + (length % 7))
      assert.throws(
        () => readElements(bytes.subarray(0, length), from, coding, wanted),
        BytesEnd,
        `${path} ${length} of ${end}`,
      );
  }
});

test('readElements() refuses what is no element: sequences without end in each other, an item that goes on behind its end', () => {
  const sequence = Buffer.from('290001105351' + '0000ffffffff' + 'feff00e0ffffffff', 'hex');
  assert.throws(
    () => readElements(Buffer.concat(Array(40).fill(sequence)), 0, EXPLICIT_LITTLE, new Set()),
    /sequences in sequences/,
  );
  const item = Buffer.from(
    '2900011053510000ffffffff' + 'feff00e00a000000' + '290001104c4f0800' + '4142434445464748',
    'hex',
  );
  assert.throws(() => readElements(item, 0, EXPLICIT_LITTLE, new Set()), /up to the end of an item/);
  const junk = Buffer.from('2900011053510000ffffffff' + 'feff00e1ffffffff', 'hex');
  assert.throws(() => readElements(junk, 0, EXPLICIT_LITTLE, new Set()), /an item of a sequence/);
  assert.throws(
    () => readElements(Buffer.from('290001103f3f0800', 'hex'), 0, EXPLICIT_LITTLE, new Set()),
    /a value representation/,
  );
});
