import type { IniKey } from './ini.js';

/** How class 0 and class 1 are called in figures, tables and notes. Plain JSON. */
export type ClassNames = readonly [zero: string, one: string];

export const CLASS_NAMES: ClassNames = Object.freeze(['others', 'nodules'] as const);

/** Reads `benign,nodule`; undefined for what is not two names. */
export function parseClassNames(text: string): ClassNames | undefined {
  const [zero = '', one = '', ...more] = text.split(',').map((name) => name.trim());
  const fits = (name: string): boolean => name !== '' && name.length <= 40 && !/\p{C}/u.test(name);
  return fits(zero) && fits(one) && zero !== one && more.length === 0
    ? Object.freeze([zero, one] as const)
    : undefined;
}

/** A key of a settings' file. */
export const CLASS_NAMES_KEY: IniKey<ClassNames> = {
  expected:
    'expected two different names of at most 40 characters, of class 0 and of class 1, such as benign,nodule',
  parse: parseClassNames,
};
