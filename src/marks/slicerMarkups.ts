import { describeMark, type ReadingMark, requireMarks } from './mark.js';

/** What a reader of the file takes it for: the name of a format, not a place where something lies. */
const SCHEMA =
  'https://raw.githubusercontent.com/slicer/slicer/master/Modules/Loadable/Markups/Resources/Schema/markups-schema-v1.0.3.json#';

/** File name ending by which 3D Slicer knows the format. */
export const MARKUPS_ENDING = '.mrk.json';

/**
 * Marks as a list of points for 3D Slicer (markups JSON, schema 1.0.3; LPS, mm), in their order: the label is the rank, the
 * description says probability, score and diameter. `name` is the list's. Throws RangeError for a mark without a place.
 * @example
 * import { writeFileSync } from 'node:fs';
 * const marks = [{ centerWorldMm: [1.5, -2, 30], diameterMm: 6.5, probability: 0.8 }] as const;
 * writeFileSync('marks.mrk.json', marksToMarkups(marks, { name: 'my scan' }));
 */
export function marksToMarkups(marks: readonly ReadingMark[], { name }: { readonly name: string }): string {
  requireMarks(marks);
  const controlPoints = marks.map((mark, i) => ({
    id: String(i + 1),
    label: String(i + 1),
    description: describeMark(mark),
    associatedNodeID: '',
    position: mark.centerWorldMm,
    selected: true,
    locked: false,
    visibility: true,
    positionStatus: 'defined',
  }));
  const markup = {
    type: 'Fiducial',
    name,
    coordinateSystem: 'LPS',
    coordinateUnits: 'mm',
    locked: false,
    fixedNumberOfControlPoints: false,
    labelFormat: '%d',
    controlPoints,
    display: { visibility: true, pointLabelsVisibility: true, glyphType: 'ThickCross2D' },
  };
  return `${JSON.stringify({ '@schema': SCHEMA, markups: [markup] }, undefined, 2)}\n`;
}
