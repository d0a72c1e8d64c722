import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { inRepository } from '../../src/paths.js';
import { PYTHON } from '../python.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-bombs-'));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

/** Reads a scan in a process of its own; what it says, how long it takes, and the most memory it takes beside that of an empty one. */
const READ = `
const { readVolume } = await import(process.argv[1]);
await readVolume(process.argv[3]).catch(() => {});
const before = process.memoryUsage().rss;
const began = performance.now();
let said = 'read', name = '';
try { await readVolume(process.argv[2]); } catch (error) { said = error.message; name = error.name; }
console.log(JSON.stringify({ said, name, seconds: (performance.now() - began) / 1000, tookBytes: 1024 * process.resourceUsage().maxRSS - before }));
`;

function assertDefused(path: string, reason: RegExp): void {
  const module = inRepository('dist/src/volumes/readVolume.js');
  const words = ['--input-type=module', '-e', READ, module, path, at('none.mhd')];
  const run = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 60_000 });
  assert.equal(run.status, 0, run.stderr);
  const { said, name, seconds, tookBytes } = JSON.parse(run.stdout);
  assert.equal(name, 'InputError', said);
  assert.match(said, reason);
  assert.ok(seconds < 10, `${seconds} s`);
  assert.ok(tookBytes < 250e6, `${tookBytes / 1e6} MB for ${said}`);
}

/** 1 GB of zeros, a thousandth of that packed. */
const PACKED_ZEROS = gzipSync(Buffer.alloc(2 ** 30), { level: 9 });

/** A NIfTI-1 header of int16 voxels. */
function niftiHeader(size: readonly [number, number, number]): Buffer {
  const header = Buffer.alloc(352);
  header.writeInt32LE(348, 0);
  for (const [i, n] of [3, ...size, 1, 1, 1, 1].entries()) header.writeInt16LE(n, 40 + 2 * i);
  header.writeInt16LE(4, 70);
  header.writeInt16LE(16, 72);
  for (let i = 0; i < 4; i++) header.writeFloatLE(1, 76 + 4 * i);
  header.writeFloatLE(352, 108);
  header.writeInt16LE(1, 254);
  for (const [row, offset] of [280, 296, 312].entries()) header.writeFloatLE(1, offset + 4 * row);
  header.write('n+1\0', 344, 'latin1');
  return header;
}

test('a stream that unpacks to far more than its header says is refused where it passes that', () => {
  writeFileSync(at('more.nii.gz'), Buffer.concat([gzipSync(niftiHeader([10, 10, 10])), PACKED_ZEROS]));
  assertDefused(at('more.nii.gz'), /expected 2000 bytes of voxels when unpacked .* found more/);
  const nrrd = 'NRRD0004\ntype: short\ndimension: 3\nsizes: 10 10 10\nendian: little\nencoding: gzip\n';
  const space = 'space: left-posterior-superior\nspace directions: (1,0,0) (0,1,0) (0,0,1)\n\n';
  writeFileSync(at('more.nrrd'), Buffer.concat([Buffer.from(nrrd + space), PACKED_ZEROS]));
  assertDefused(at('more.nrrd'), /expected 2000 bytes of voxels when unpacked .* found more/);
  const head = `ObjectType = Image\nNDims = 3\nBinaryData = True\nCompressedData = True\nDimSize = 10 10 10\nElementSpacing = 1 1 1\nElementType = MET_SHORT\nElementDataFile = LOCAL\n`;
  writeFileSync(at('more.mha'), Buffer.concat([Buffer.from(head), PACKED_ZEROS]));
  assertDefused(at('more.mha'), /expected 2000 bytes of voxels when unpacked .* found more/);
});

test('a header that promises more than its file, or the machine, can hold takes no memory', () => {
  writeFileSync(at('large.nii'), Buffer.concat([niftiHeader([32767, 32767, 32767]), Buffer.alloc(1000)]));
  assertDefused(at('large.nii'), /the voxels are cut short: expected 70362301923326 bytes/);
  writeFileSync(
    at('large.nii.gz'),
    gzipSync(Buffer.concat([niftiHeader([32767, 32767, 32767]), Buffer.alloc(1000)])),
  );
  assertDefused(at('large.nii.gz'), /found a file that cannot hold them/);
  // A stream that could hold it: 1 TB promised, a file of 1 GB of which the disk holds nothing.
  writeFileSync(at('holes.nii.gz'), gzipSync(niftiHeader([8000, 8000, 8000])));
  spawnSync('truncate', ['-s', '1G', at('holes.nii.gz')]);
  assertDefused(at('holes.nii.gz'), /its voxels take 1024\.0 GB of memory, found \d+(\.\d)? GB free/);
});

test('DICOM of sequences in sequences, lengths beyond the file and huge deflated headers is refused', () => {
  const made = spawnSync(PYTHON, ['-c', DICOMS, folder], { encoding: 'utf8', timeout: 60_000 });
  assert.equal(made.status, 0, made.stderr);
  for (const name of ['nested', 'lengths', 'items', 'deflated']) {
    assertDefused(at(name), /./);
  }
});

const DICOMS = `
import os, struct, sys, zlib
folder = sys.argv[1]
def meta(syntax):
    def element(group, number, vr, value):
        value += b'\\0' * (len(value) % 2)
        return struct.pack('<HH', group, number) + vr + struct.pack('<H', len(value)) + value
    body = element(2, 2, b'UI', b'1.2.840.10008.5.1.4.1.1.2') + element(2, 3, b'UI', b'1.2.3.4') + element(2, 16, b'UI', syntax)
    return b'\\0' * 128 + b'DICM' + struct.pack('<HH2sHI', 2, 0, b'UL', 4, len(body)) + body
EXPLICIT, DEFLATED = b'1.2.840.10008.1.2.1', b'1.2.840.10008.1.2.1.99'
head = b'\\x08\\0\\x16\\0UI\\x1a\\x00' + b'1.2.840.10008.5.1.4.1.1.2\\0' + b'\\x20\\0\\x0e\\0UI\\x06\\x001.2.3\\0'
sequence = struct.pack('<HH2sHI', 0x5200, 0x9229, b'SQ', 0, 0xffffffff) + struct.pack('<HHI', 0xfffe, 0xe000, 0xffffffff)
def write(name, data):
    os.mkdir(os.path.join(folder, name))
    open(os.path.join(folder, name, 'a.dcm'), 'wb').write(data)
write('nested', meta(EXPLICIT) + head + sequence * 200000)
write('lengths', meta(EXPLICIT) + head + struct.pack('<HH2sHI', 0x5200, 0x9229, b'SQ', 0, 0xfffffff0) + struct.pack('<HHI', 0xfffe, 0xe000, 0xfffffff0) + b'x' * 100)
write('items', meta(EXPLICIT) + head + struct.pack('<HH2sHI', 0x5200, 0x9229, b'SQ', 0, 0xffffffff) + struct.pack('<HHI', 0xfffe, 0xe000, 0) * 300000)
pack = zlib.compressobj(9, zlib.DEFLATED, -15)
write('deflated', meta(DEFLATED) + pack.compress(head + struct.pack('<HH2sHI', 0x5200, 0x9999, b'OB', 0, 0x7ffffff0) + b'\\0' * 400_000_000) + pack.flush())
`;
