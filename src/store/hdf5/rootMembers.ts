import { type Dataset, type H5File, isBreak, reasonOf } from './h5.js';

/** A member of a group, by its path; for what is no dataset the words that say what it is. */
export function memberOf(file: H5File, name: string): Dataset | string {
  try {
    const member = file.get(name);
    if (member === null || !('type' in member)) return 'nothing';
    if (member.type === 'BrokenSoftLink') return wordsFor(member);
    const outside = outsideLink(file, name);
    if (outside !== undefined) return wordsForOutside(outside);
    return member.type === 'Dataset' ? (member as Dataset) : wordsFor(member);
  } catch (error) {
    if (isBreak(error)) throw error;
    return `something that the HDF5 library cannot open (${reasonOf(error)})`;
  }
}

function wordsFor(member: { readonly type: string }): string {
  switch (member.type) {
    case 'Group':
      return 'a group';
    case 'Datatype':
      return 'a named type';
    case 'BrokenSoftLink':
      return `a soft link to ${(member as BrokenLink).target}, where nothing is`;
    default:
      return `a ${member.type}`;
  }
}

interface BrokenLink {
  readonly type: string;
  readonly target: string;
}

/** Soft links to soft links that are followed. */
const MOST_LINKS = 16;

/** The library follows links to other files where they are there; what then is read is no part of this one. */
function outsideLink(file: H5File, name: string): OutsideLink | undefined {
  let path: string | undefined = name;
  for (let i = 0; i < MOST_LINKS && path !== undefined; i++) {
    const absolute: string = path.startsWith('/') ? path : `/${path}`;
    const outside: Partial<OutsideLink> = file.get_external_link(absolute);
    if (outside.filename !== undefined) return outside as OutsideLink;
    path = file.get_link(absolute) ?? undefined;
  }
  return undefined;
}

function wordsForOutside({ filename, obj_path: place }: OutsideLink): string {
  return `an external link to ${place} of ${filename}: copy what it leads to into this file`;
}

interface OutsideLink {
  readonly filename: string;
  readonly obj_path: string;
}
