import { readFileSync } from 'node:fs';
import { awaitReadableBelow } from '../../awaitReadable.js';
import { InputError, messageOf, throwIfAborted } from '../../errors.js';
import { given } from '../../given.js';
import { isFolder } from '../../paths.js';
import type { Progress } from '../../progress.js';
import { dicomSliceThicknessMm } from '../../volumes/dicom/dicomSliceThickness.js';
import { compareUids, type ScanFile, searchScans } from '../../volumes/findScans.js';
import { readGeometry } from '../../volumes/readVolume.js';
import { walkFolders } from '../../volumes/voxels/folderWalk.js';
import { CENTER_COLUMNS } from '../csvTable.js';
import { csvText } from '../csvText.js';
import { type LidcExcluded, type LidcNodule, lidcFindings } from './lidcFindings.js';
import { type LidcReading, readLidcReading } from './lidcReading.js';

/** Which scans the readings belong to, and when a nodule counts. */
export interface LidcTablesOptions {
  /** Holds the scans that were read: DICOM series, or files named by their SeriesInstanceUID, as LUNA16's. Default: the XML's folder. */
  readonly scansFolder?: string;
  /** From how many readers on a nodule counts. Default 3, as in LUNA16. */
  readonly readers?: number;
  readonly signal?: AbortSignal;
  /** Hears of each series that is read. */
  readonly onProgress?: (progress: Progress) => void;
}

/** LIDC-IDRI's marks as findings, and what was left out. */
export interface LidcTables {
  /** By series uid bytewise, then z. */
  readonly nodules: readonly LidcNodule[];
  readonly excluded: readonly LidcExcluded[];
  /** Of the scans that have a reading; the table of scans that a score is over. */
  readonly seriesUids: readonly string[];
  /** XML files of other things than readings of CT. */
  readonly otherXml: readonly string[];
  /** Series that were read and are not among the scans. */
  readonly withoutScan: readonly string[];
  /** Series in which more than four marks touch, so that nodules may be joined. */
  readonly crowded: readonly string[];
  readonly failed: readonly { readonly uid: string; readonly reason: string }[];
}

/** As in LUNA16. */
export const LIDC_READERS = 3;

/**
 * Reads the XML files of LIDC-IDRI in a folder and below it, and the geometry of their scans. What is wrong with one series
 * stands in `failed`, and the others go on. Throws InputError where no file is a reading of CT, or none is of a scan.
 * @example
 * const { nodules, failed } = await readLidcTables('LIDC-IDRI', { readers: 3 });
 * for (const { diameterMm, malignancy } of nodules) console.log(`${diameterMm} mm`, malignancy);
 * for (const { uid, reason } of failed) console.warn(uid, reason);
 */
export async function readLidcTables(folder: string, options: LidcTablesOptions = {}): Promise<LidcTables> {
  const { scansFolder = folder, readers = LIDC_READERS, signal, onProgress } = options;
  for (const each of new Set([folder, scansFolder])) await awaitReadableBelow(each);
  const { readings, failed: unread, otherXml } = readingsIn(folder);
  const scans = new Map(searchScans(scansFolder, 'all').scans.map((scan) => [scan.uid, scan]));
  const nodules: LidcNodule[] = [];
  const excluded: LidcExcluded[] = [];
  const seriesUids: string[] = [];
  const crowded: string[] = [];
  const failed = [...unread];
  const placed = readings.filter(({ seriesUid }) => scans.has(seriesUid));
  if (placed.length === 0)
    throw new InputError(
      folder,
      `expected XML files of scans in ${scansFolder}, found ${readings.length} of other series${unread[0] === undefined ? '' : ` and ${unread.length} that cannot be read, the first: ${unread[0].reason}`}`,
    );
  for (const [done, reading] of placed.entries()) {
    throwIfAborted(signal, `reading ${folder}`);
    onProgress?.({ stage: 'LIDC-IDRI', done, total: placed.length, unit: 'scans' });
    try {
      const found = lidcFindings(reading, await scanOf(scans.get(reading.seriesUid)!, signal), readers);
      nodules.push(...found.nodules);
      excluded.push(...found.excluded);
      seriesUids.push(reading.seriesUid);
      if (found.isCrowded) crowded.push(reading.seriesUid);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      failed.push({ uid: reading.seriesUid, reason: messageOf(error) });
    }
  }
  onProgress?.({ stage: 'LIDC-IDRI', done: placed.length, total: placed.length, unit: 'scans' });
  const withoutScan = readings.map(({ seriesUid }) => seriesUid).filter((uid) => !scans.has(uid));
  return { nodules, excluded, seriesUids, otherXml, withoutScan, crowded, failed };
}

/** annotations.csv, annotations_excluded.csv and seriesuids.csv as text, with LUNA16's columns first. */
export function lidcTableTexts({ nodules, excluded, seriesUids }: LidcTables): ReadonlyMap<string, string> {
  const columns = ['seriesuid', ...CENTER_COLUMNS, 'diameter_mm'];
  const finding = ({ seriesUid, centerWorldMm, diameterMm }: LidcNodule | LidcExcluded) =>
    [seriesUid, ...centerWorldMm, diameterMm] as const;
  return new Map([
    [
      'annotations.csv',
      csvText(
        [...columns, 'malignancy', 'malignancies', 'readers'],
        nodules.map((one) => [
          ...finding(one),
          one.malignancy,
          one.malignancies.join(' '),
          one.readers.join(' '),
        ]),
      ),
    ],
    [
      'annotations_excluded.csv',
      csvText(
        [...columns, 'kind', 'malignancy', 'reader'],
        excluded.map((one) => [...finding(one), one.kind, one.malignancy ?? '', one.reader]),
      ),
    ],
    ['seriesuids.csv', `${seriesUids.join('\n')}\n`],
  ]);
}

async function scanOf(scan: ScanFile, signal: AbortSignal | undefined) {
  const geometry = await readGeometry(scan, given({ signal }));
  const said = scan.slices === undefined ? undefined : await dicomSliceThicknessMm(scan.slices[0]!);
  return { geometry, sliceThicknessMm: said ?? geometry.spacingMm[2] };
}

/** By series uid bytewise. Copies of a file count once; files that say different things of one series are none of it. */
function readingsIn(folder: string) {
  const ofSeries = new Map<string, LidcReading[]>();
  const otherXml: string[] = [];
  const failed: { uid: string; reason: string }[] = [];
  if (!isFolder(folder))
    throw new InputError(folder, 'expected a folder with XML files of LIDC-IDRI, found none');
  const files: string[] = [];
  for (const walked of walkFolders(folder, (name) => /\.xml$/i.test(name)))
    if ('reason' in walked) failed.push({ uid: walked.folder, reason: walked.reason });
    else files.push(...walked.files);
  if (files.length === 0)
    throw new InputError(folder, 'expected XML files of LIDC-IDRI in it or below, found none');
  for (const file of files)
    try {
      const reading = readLidcReading(file);
      if (reading === undefined) otherXml.push(file);
      else ofSeries.set(reading.seriesUid, [...(ofSeries.get(reading.seriesUid) ?? []), reading]);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      failed.push({ uid: file, reason: messageOf(error) });
    }
  const readings: LidcReading[] = [];
  for (const [uid, [first, ...others]] of [...ofSeries].sort(([a], [b]) => compareUids(a, b))) {
    const other = others.find((one) => !isCopy(one.file, first!.file));
    if (other === undefined) readings.push(first!);
    else
      failed.push({
        uid,
        reason: `${first!.file}: expected one reading of series ${uid}, found another one in ${other.file}; remove one`,
      });
  }
  return { readings, otherXml, failed };
}

function isCopy(a: string, b: string): boolean {
  return readFileSync(a).equals(readFileSync(b));
}
