import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { InputError } from '../../src/errors.js';
import { createRandom, type Random } from '../../src/random.js';
import { readGeometry, readVolume } from '../../src/volumes/readVolume.js';
import type { Geometry, Volume } from '../../src/volumes/voxels/volume.js';
import { runPython } from '../python.js';

const CASES = 500;
/** A read that has not answered by then hangs. */
const LIMIT_MS = 10_000;
const ENDINGS = ['mhd', 'mha', 'nrrd', 'nii', 'nii.gz'] as const;
/** Where the headers end, about: mutations go there. */
const HEADER_BYTES = 400;

const folder = mkdtempSync(join(tmpdir(), 'voxlab-fuzz-'));
after(() => rmSync(folder, { recursive: true }));
before(() => {
  runPython(
    `import json, os, sys, numpy as np, SimpleITK as sitk
folder = json.load(sys.stdin)
image = sitk.GetImageFromArray(np.random.default_rng(1).integers(-1000, 500, (6, 7, 8)).astype(np.int16))
image.SetSpacing((0.7, 0.7, 1.25)); image.SetOrigin((-100, 20, 30))
for ending in ['mhd', 'mha', 'nrrd', 'nii']:
    sitk.WriteImage(image, os.path.join(folder, 'whole.' + ending))
print('null')`,
    folder,
  );
});

/** Byte flips, cuts, insertions, doubled parts and other numbers, one to three of them. */
function mutated(whole: Buffer, random: Random): Buffer {
  let bytes = Buffer.from(whole);
  for (let n = 1 + random.integer(3); n > 0 && bytes.length > 0; n--) {
    const at = random.integer(Math.min(HEADER_BYTES, bytes.length));
    const count = 1 + random.integer(12);
    const digits = [...bytes.entries()].filter(([i, byte]) => i < HEADER_BYTES && byte >= 48 && byte <= 57);
    switch (random.integer(6)) {
      case 0:
        bytes[at] = bytes[at]! ^ (1 << random.integer(8));
        break;
      case 1:
        bytes[at] = random.integer(256);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + count)]);
        break;
      case 3:
        bytes = bytes.subarray(0, random.integer(bytes.length));
        break;
      case 4: {
        const inserted = Buffer.from(Array.from({ length: count }, () => random.integer(256)));
        bytes = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]);
        break;
      }
      default: {
        const digit = digits[random.integer(digits.length)]?.[0] ?? at;
        const number = ['0', '-1', '99999999', '1e400', 'nan', '4294967297', ''][random.integer(7)]!;
        bytes = Buffer.concat([bytes.subarray(0, digit), Buffer.from(number), bytes.subarray(digit + 1)]);
      }
    }
  }
  return bytes;
}

/** `read`, `refused`, or what went wrong. */
async function outcome(read: () => Promise<Geometry | Volume>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no answer in ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  try {
    const scan = await Promise.race([read(), limit]);
    const voxels = scan.size[0] * scan.size[1] * scan.size[2];
    return !('data' in scan) || scan.data.length === voxels
      ? 'read'
      : `${scan.data.length} voxels of ${scan.size.join(' x ')}`;
  } catch (error) {
    const fits = error instanceof InputError && !error.message.includes('\n');
    return fits ? 'refused' : String(error).slice(0, 200);
  } finally {
    clearTimeout(timer);
  }
}

test(`${CASES} damaged .mhd, .mha, .nrrd, .nii and .nii.gz files are read or refused by an InputError; none hangs or takes much memory`, async (t) => {
  const random = createRandom('damaged scans');
  const wholes = new Map(
    ENDINGS.map((ending) => [ending, readFileSync(join(folder, `whole.${ending.replace('.gz', '')}`))]),
  );
  const counts: Record<string, number> = {};
  const wrong: string[] = [];
  const began = process.memoryUsage.rss();
  let mostBytes = 0;
  for (let i = 0; i < CASES; i++) {
    const ending = ENDINGS[i % ENDINGS.length]!;
    const whole = wholes.get(ending)!;
    // Of the packed files every second one is damaged inside, so that its checksum is right.
    const bytes =
      ending !== 'nii.gz'
        ? mutated(whole, random)
        : i % 2 === 0
          ? gzipSync(mutated(whole, random))
          : mutated(gzipSync(whole), random);
    const path = join(folder, `case-${i}.${ending}`);
    writeFileSync(path, bytes);
    // The geometry alone may be right where the voxels are not; asked of a third of the files, for time.
    const geometry = i % 3 === 0 ? await outcome(() => readGeometry(path)) : 'refused';
    const result = await outcome(() => readVolume(path));
    if (geometry !== 'read' && geometry !== 'refused')
      wrong.push(`case ${i} (${ending}), geometry: ${geometry}`);
    if (result === 'read' || result === 'refused') {
      const key = `${ending} ${result}`;
      counts[key] = (counts[key] ?? 0) + 1;
      rmSync(path);
    } else wrong.push(`case ${i} (${ending}): ${result}`);
    mostBytes = Math.max(mostBytes, process.memoryUsage.rss() - began);
  }
  t.diagnostic(`${JSON.stringify(counts)}, at most ${Math.round(mostBytes / 2 ** 20)} MiB more`);
  assert.deepEqual(wrong, []);
  assert.ok(mostBytes < 2 ** 30, `${mostBytes} bytes more`);
});

test('headers of .nrrd and .nii that promise 10^12 voxels are refused before memory is taken', async () => {
  const nrrd = 'NRRD0004\ntype: short\ndimension: 3\nsizes: 10000 10000 10000\n';
  const nifti = Buffer.from(readFileSync(join(folder, 'whole.nii')));
  for (let axis = 1; axis <= 3; axis++) nifti.writeInt16LE(10_000, 40 + 2 * axis);
  const files: readonly (readonly [string, string | Buffer])[] = [
    ['huge.nrrd', `${nrrd}encoding: raw\n\nxx`],
    ['packed.nrrd', Buffer.concat([Buffer.from(`${nrrd}encoding: gzip\n\n`), gzipSync('xx')])],
    ['apart.nrrd', `${nrrd}encoding: raw\ndata file: apart.raw\n\n`],
    ['text.nrrd', `${nrrd}encoding: ascii\n\n1 2 3\n`],
    ['huge.nii', nifti],
    ['huge.nii.gz', gzipSync(nifti)],
  ];
  writeFileSync(join(folder, 'apart.raw'), 'xx');
  const began = process.memoryUsage.rss();
  for (const [name, content] of files) {
    writeFileSync(join(folder, name), content);
    await assert.rejects(
      readVolume(join(folder, name)),
      (error) => error instanceof InputError && error.message.includes(name),
      name,
    );
  }
  assert.ok(process.memoryUsage.rss() - began < 2 ** 29);
});
