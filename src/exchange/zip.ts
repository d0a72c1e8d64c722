import { InputError, messageOf } from '../errors.js';
import { freeBytes } from '../freeMemory.js';
import { mostUnpacked } from '../volumes/voxels/fileBytes.js';

/** Weights do not get smaller by compression. */
const STORED = 0;

/** A zip file of these members, none compressed. */
export async function zipOf(members: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const { default: Zip } = await import('adm-zip');
  const zip = new Zip();
  for (const [name, content] of Object.entries(members))
    zip.addFile(name, Buffer.from(content)).header.method = STORED;
  return zip.toBuffer();
}

/**
 * A member of a zip file, by its exact name, into memory: nothing is unpacked to a disk. Undefined where it has none of the name.
 * Throws InputError for no zip file, a damaged one, and a member that says to be more than it can be, or than there is memory for.
 */
export async function zipMember(path: string, name: string): Promise<Buffer | undefined> {
  const { default: Zip } = await import('adm-zip');
  try {
    const member = new Zip(path).getEntry(name);
    if (member === null) return undefined;
    const { size, compressedSize } = member.header;
    if (size > mostUnpacked(compressedSize) || size > freeBytes())
      throw new InputError(
        path,
        `${name}: expected what ${compressedSize} bytes can hold and memory has room for, received a promise of ${size} bytes`,
      );
    return member.getData();
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(path, `expected a zip file that is whole (${messageOf(error)})`, { cause: error });
  }
}
