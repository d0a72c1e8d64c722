import { InputError } from '../errors.js';
import { type Dataset, type H5File, reasonOf } from './h5.js';

/** A member of the root group; for what is no dataset the words that say what it is. */
export function memberOf(file: H5File, name: string): Dataset | string {
  try {
    const member = file.get(name);
    if (member === null || !('type' in member)) return 'nothing';
    return member.type === 'Dataset' ? (member as Dataset) : wordsFor(member);
  } catch (error) {
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
    case 'ExternalLink': {
      const { filename, obj_path: place } = member as OutsideLink;
      return `an external link to ${place} of ${filename}: copy what it leads to into this file`;
    }
    default:
      return `a ${member.type}`;
  }
}

interface BrokenLink {
  readonly type: string;
  readonly target: string;
}

interface OutsideLink {
  readonly type: string;
  readonly filename: string;
  readonly obj_path: string;
}

/** A dataset of the root group, through soft links of the same file. Throws InputError for anything else. */
export function datasetOf(path: string, file: H5File, name: string): Dataset {
  const member = memberOf(file, name);
  if (typeof member === 'string') throw new InputError(path, `${name}: expected a dataset, found ${member}`);
  return member;
}
