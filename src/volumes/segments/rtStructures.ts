import { decimalNumber } from '../../decimal.js';
import { InputError } from '../../errors.js';
import { openDicom, REMEDY } from '../dicom/dicomDataSet.js';
import type { DicomElements } from '../dicom/dicomElements.js';
import { type DicomFields, fieldsOf } from '../dicom/dicomFields.js';
import { IDENTITY_DIRECTION } from '../voxels/geometry.js';
import type { DicomSegmentation } from './dicomSegmentation.js';
import { fillPlane, type Polygon } from './fillPlane.js';
import { emptyMask, planeAt, refused, SAME_MM, smallestGapMm } from './frameStack.js';
import type { SegmentMask } from './segmentMask.js';

/** RT Structure Set Storage. */
export const STRUCTURES_CLASS = '1.2.840.10008.5.1.4.1.1.481.3';

const TAGS = {
  seriesUid: 0x0020000e,
  referencedFrames: 0x30060010,
  referencedStudies: 0x30060012,
  referencedSeries: 0x30060014,
  structures: 0x30060020,
  structureNumber: 0x30060022,
  structureName: 0x30060026,
  contoursOfStructure: 0x30060039,
  contours: 0x30060040,
  contourType: 0x30060042,
  contourData: 0x30060050,
  referencedStructure: 0x30060084,
} as const;
const WANTED: ReadonlySet<number> = new Set(Object.values(TAGS));

/** Pixels along the longer side of an outline, where they are not smaller than SMALLEST_MM. */
const FINENESS = 512;
const SMALLEST_MM = 0.1;

interface Outline {
  readonly zMm: number;
  readonly polygon: Polygon;
}

/**
 * Reads the structures of a DICOM RT structure set as masks: their closed outlines in axial planes, filled on a grid of 0.1 mm
 * or (from 51 mm on) a 512th of their extent; an outline inside another is a hole. The gap between planes is the smallest
 * of the file. `content` is the whole file. Throws InputError naming `file`; no message repeats a text of the header.
 * https://dicom.nema.org/medical/dicom/current/output/chtml/part03/sect_C.8.8.6.html
 */
export function parseRtStructures(content: Buffer, file: string): DicomSegmentation {
  const fields = fieldsOf(openDicom(content, file), file, WANTED, TAGS.contoursOfStructure);
  if (fields?.element(TAGS.contoursOfStructure) === undefined)
    throw new InputError(file, `expected outlines (ROIContourSequence, 3006,0039), found none; ${REMEDY}`);
  const names = new Map(
    fields
      .items(TAGS.structures)
      .map((item) => fields.within(item))
      .map((one) => [one.text(TAGS.structureNumber), one.text(TAGS.structureName) ?? '']),
  );
  const structures = fields.items(TAGS.contoursOfStructure).map((item) => {
    const structure = fields.within(item);
    const number = structure.text(TAGS.referencedStructure) ?? '';
    const label = decimalNumber(number);
    if (!Number.isSafeInteger(label))
      throw new InputError(
        file,
        `expected the number of a structure (ReferencedROINumber, 3006,0084), received ${JSON.stringify(number)}`,
      );
    return { label, name: names.get(number) ?? '', outlines: outlinesOf(structure) };
  });
  const gapMm = smallestGapMm(structures.flatMap(({ outlines }) => outlines.map(({ zMm }) => zMm)));
  const segments = structures
    .filter(({ outlines }) => outlines.length > 0)
    .map(({ label, name, outlines }) => ({ label, name, ...rasterOf(outlines, gapMm, file) }));
  return { seriesUid: seriesOf(fields), segments };
}

function seriesOf(fields: DicomFields): string | undefined {
  let at: DicomFields | undefined = fields;
  for (const tag of [TAGS.referencedFrames, TAGS.referencedStudies, TAGS.referencedSeries]) {
    const item: DicomElements | undefined = at?.items(tag)[0];
    at = item && fields.within(item);
  }
  return at?.text(TAGS.seriesUid);
}

/** Closed ones; points and open lines enclose nothing. */
function outlinesOf(structure: DicomFields): Outline[] {
  const { file } = structure;
  return structure.items(TAGS.contours).flatMap((item) => {
    const contour = structure.within(item);
    if (!/^CLOSED_?PLANAR/.test(contour.text(TAGS.contourType) ?? '')) return [];
    const numbers = (contour.text(TAGS.contourData) ?? '').split('\\').map(decimalNumber);
    if (numbers.length < 9 || numbers.length % 3 !== 0 || !numbers.every(Number.isFinite))
      throw new InputError(
        file,
        `ContourData (3006,0050): expected x, y, z of at least 3 points, received ${numbers.length} values, ${numbers.filter(Number.isFinite).length} of them numbers; ${REMEDY}`,
      );
    const [, , zMm] = numbers;
    const points = Array.from({ length: numbers.length / 3 }, (_, i) => numbers.slice(3 * i, 3 * i + 3));
    if (points.some(([, , z]) => Math.abs(z! - zMm!) > SAME_MM))
      throw refused(file, 'expected outlines in axial planes (one z each), received one across them');
    return [{ zMm: zMm!, polygon: points.map(([x, y]) => [x!, y!] as const) }];
  });
}

function rasterOf(
  outlines: readonly Outline[],
  gapMm: number | undefined,
  file: string,
): Pick<SegmentMask, 'geometry' | 'mask'> {
  if (gapMm === undefined)
    throw refused(
      file,
      'expected outlines in several planes, whose gap says how thick they are, received one plane',
    );
  const points = outlines.flatMap(({ polygon }) => polygon);
  const range = (axis: 0 | 1) =>
    points.reduce(
      ([low, high], point) => [Math.min(low, point[axis]), Math.max(high, point[axis])] as const,
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as readonly [number, number],
    );
  const [x, y] = [range(0), range(1)];
  const pitchMm = Math.max(SMALLEST_MM, (x[1] - x[0]) / FINENESS, (y[1] - y[0]) / FINENESS);
  const columns = Math.ceil((x[1] - x[0]) / pitchMm) + 1;
  const rows = Math.ceil((y[1] - y[0]) / pitchMm) + 1;
  const lowest = outlines.reduce((least, { zMm }) => Math.min(least, zMm), Number.POSITIVE_INFINITY);
  const planes = new Map<number, Polygon[]>();
  for (const { zMm, polygon } of outlines) {
    const plane = planeAt(zMm - lowest, gapMm, file);
    planes.set(plane, [...(planes.get(plane) ?? []), polygon]);
  }
  const size = [columns, rows, Math.max(...planes.keys()) + 1] as const;
  const mask = emptyMask(size, file);
  for (const [plane, polygons] of planes)
    fillPlane(mask.subarray(plane * columns * rows, (plane + 1) * columns * rows), columns, polygons, {
      originMm: [x[0], y[0]],
      pitchMm,
    });
  const geometry = {
    size,
    spacingMm: [pitchMm, pitchMm, gapMm] as const,
    originMm: [x[0], y[0], lowest] as const,
    direction: IDENTITY_DIRECTION,
  };
  return { geometry, mask };
}
