import { pathToFileURL } from 'node:url';
import { inRepository } from '../../src/paths.js';

/** A public name, or a type that one leads to, as scripts/declarations.mjs reads it from the compiled declarations. */
export interface Declared {
  readonly name: string;
  readonly isValue: boolean;
  /** Empty where an earlier entry point has it, too. */
  readonly text: string;
  readonly docs: string;
  readonly examples: readonly string[];
}
export interface Exported extends Declared {
  /** The entry point: `voxlab/hdf5`. */
  readonly door: string;
}

const { readDeclarations } = (await import(
  pathToFileURL(inRepository('scripts', 'declarations.mjs')).href
)) as {
  readDeclarations(folder: string): {
    readonly exported: readonly Exported[];
    readonly reached: readonly Declared[];
  };
};
const { exported, reached } = readDeclarations(inRepository('dist', 'src'));

/** Every public name once, by the first entry point that has it. */
export const PUBLIC: readonly Exported[] = exported.filter(({ text }) => text !== '');
/** The types without a public name that they lead to. */
export const REACHED = reached;
