import { decimalNumber } from '../../decimal.js';
import { InputError } from '../../errors.js';
import { type FileBytes, withBytes } from './fileBytes.js';
import { newScanMemory } from './scanMemory.js';
import type { ReadOptions, StoredVoxels } from './storedVoxels.js';
import type { VoxelArray } from './volume.js';
import { emptyVoxels } from './voxelParts.js';
import { VOXEL_BYTES, type VoxelType, voxelsOf } from './voxelType.js';

const PIECE_BYTES = 2 ** 20;
/** A number that ends later is none. */
const LONGEST_WORD = 400;

/** Voxels written as text, from a byte of a file up to its end. */
export interface TextVoxels extends Pick<StoredVoxels, 'path' | 'size' | 'type' | 'typeName'> {
  readonly from: number;
}

/** Reads voxels that are decimals between blanks and line ends; for floats NaN and inf, too. Throws InputError. */
export async function readDecimalVoxels(stored: TextVoxels, options: ReadOptions): Promise<VoxelArray> {
  const { path, from, type, typeName } = stored;
  const count = countOf(stored);
  return withBytes(path, { from, onBytes: options.onBytes }, async (bytes) => {
    // What cannot hold so many is only counted: no memory is taken for it.
    const voxels =
      (await bytes.rest(2 * count)) < 2 * count - 1 ? undefined : emptyVoxels(type, count, path, options);
    let found = 0;
    for await (const word of wordsOf(bytes)) {
      if (voxels !== undefined && found < count && !put(voxels, found, word, type))
        throw new InputError(
          path,
          `expected voxels of ${typeName} as text, received ${JSON.stringify(word.slice(0, 40))} as number ${found + 1}`,
        );
      found++;
    }
    if (found !== count || voxels === undefined)
      throw new InputError(path, `expected ${count} voxels as text (${formOf(stored)}), found ${found}`);
    return voxels;
  });
}

/** Reads voxels of which each byte is written as two hexadecimal digits. Throws InputError. */
export async function readHexVoxels(
  stored: TextVoxels & Pick<StoredVoxels, 'bigEndian'>,
  { memory = newScanMemory, onBytes }: ReadOptions,
): Promise<VoxelArray> {
  const { path, from, type, bigEndian } = stored;
  const count = countOf(stored) * VOXEL_BYTES[type];
  return withBytes(path, { from, onBytes }, async (bytes) => {
    const isWhole = (await bytes.rest(2 * count)) === 2 * count;
    const voxels = isWhole ? Buffer.from(memory(count, path), 0, count) : Buffer.alloc(0);
    let digits = 0;
    for await (const piece of piecesOf(bytes))
      for (const letter of piece) {
        if (isBlank(letter)) continue;
        const digit = Number.parseInt(String.fromCharCode(letter), 16);
        if (Number.isNaN(digit))
          throw new InputError(
            path,
            `expected voxels as hexadecimal digits, received ${JSON.stringify(String.fromCharCode(letter))} as number ${digits + 1}`,
          );
        const at = digits++ >> 1;
        if (at < voxels.length) voxels[at] = digits % 2 === 1 ? digit << 4 : voxels[at]! | digit;
      }
    if (digits !== 2 * count)
      throw new InputError(
        path,
        `expected ${2 * count} hexadecimal digits of voxels (${formOf(stored)}), found ${digits}`,
      );
    return voxelsOf(voxels, type, bigEndian);
  });
}

function countOf({ size }: TextVoxels): number {
  return size[0] * size[1] * size[2];
}

function formOf({ size, typeName }: TextVoxels): string {
  return `${size.join(' x ')} ${typeName}`;
}

/** False for a word that is no voxel of that type. */
function put(voxels: VoxelArray, at: number, word: string, type: VoxelType): boolean {
  if (!type.includes('int')) {
    const special = /^([+-]?)(?:nan|(inf(?:inity)?))$/i.exec(word);
    voxels[at] =
      special === null
        ? decimalNumber(word)
        : special[2] === undefined
          ? Number.NaN
          : Number(`${special[1]}Infinity`);
    return special !== null || !Number.isNaN(voxels[at]);
  }
  const value = decimalNumber(word);
  voxels[at] = value;
  const isInRange = !type.endsWith('64') || (Math.abs(value) < 2 ** 64 && (type === 'int64' || value >= 0));
  return Number.isInteger(value) && voxels[at] === value && isInRange;
}

async function* wordsOf(bytes: FileBytes): AsyncGenerator<string> {
  let open = '';
  for await (const piece of piecesOf(bytes)) {
    const words = (open + piece.toString('latin1')).split(/[ \t\r\n\v\f]+/);
    open = words.pop()!;
    for (const word of words) if (word !== '') yield word;
    if (open.length > LONGEST_WORD) break;
  }
  if (open !== '') yield open;
}

async function* piecesOf(bytes: FileBytes): AsyncGenerator<Buffer> {
  const piece = Buffer.alloc(PIECE_BYTES);
  for (;;) {
    const read = await bytes.fill(piece);
    if (read > 0) yield piece.subarray(0, read);
    if (read < piece.length) return;
  }
}

function isBlank(letter: number): boolean {
  return letter === 0x20 || (letter >= 0x09 && letter <= 0x0d);
}
