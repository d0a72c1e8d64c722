import { InputError, messageOf } from '../errors.js';

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

/** A member of a zip file; undefined where it has none of the name. Throws InputError for no zip file, or a damaged one. */
export async function zipMember(path: string, name: string): Promise<Buffer | undefined> {
  const { default: Zip } = await import('adm-zip');
  try {
    return new Zip(path).getEntry(name)?.getData();
  } catch (error) {
    throw new InputError(path, `expected a zip file that is whole (${messageOf(error)})`, { cause: error });
  }
}
