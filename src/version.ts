/**
 * Version of this program, as in package.json (a test holds them equal); written into patch files and checkpoints.
 * @example
 * console.log(`made by voxlab ${VERSION}`);
 */
export const VERSION: string = '0.1.0';
