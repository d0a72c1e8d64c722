import { inEither, inRepository } from '../paths.js';
import { readIniFile, text, withDefault } from './ini.js';

/** Where `voxlab crop` finds scans and tables and where it writes; absolute paths. */
export interface CropSettings {
  /** Holds subset0/ .. subset9/, or the scans themselves. */
  readonly scansFolder: string;
  /** candidates_V2.csv, or a folder that holds it. */
  readonly candidatesPath: string;
  /** Where notebooks save figures. */
  readonly figuresFolder: string;
  /** Receives the patch file. */
  readonly preprocessedFolder: string;
}

/**
 * `configs/crop_nodules_3d.ini`, the original project's file: where scans and tables are, and where patches go.
 * @example
 * const { preprocessedFolder } = readCropSettings(CROP_CONFIG_FILE, 'local');
 * console.log(`patch files go to ${preprocessedFolder}`);
 */
export const CROP_CONFIG_FILE = inEither('configs', 'crop_nodules_3d.ini');

const keys = {
  LUNA_PATH: text(),
  CSV_PATH: text(),
  IMG_PATH: withDefault(text(), 'images'),
  PREPROCESSED_PATH: text(),
};

/**
 * Reads [local] or [remote]; paths in the file are relative to the repository root. Throws ConfigError.
 * @example
 * const { scansFolder, candidatesPath } = readCropSettings(CROP_CONFIG_FILE, 'local');
 * console.log(`${findScans(scansFolder, 'all').length} scans, their table is in ${candidatesPath}`);
 */
export function readCropSettings(file: string, section: 'local' | 'remote'): CropSettings {
  const values = readIniFile(file, { local: keys, remote: keys }, section);
  return Object.freeze({
    scansFolder: inRepository(values.LUNA_PATH),
    candidatesPath: inRepository(values.CSV_PATH),
    figuresFolder: inRepository(values.IMG_PATH),
    preprocessedFolder: inRepository(values.PREPROCESSED_PATH),
  });
}
