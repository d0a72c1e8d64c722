import type { PatchBox } from '../../patches/resample.js';
import type { Vector3, Volume } from '../../volumes/voxels/volume.js';
import { coordinate, lettersIn, standaloneSvg, titleLines, titleText } from '../drawing/markup.js';
import { type Picture, picture, WINDOWS, type WindowHu } from '../drawing/picture.js';
import type { PixelImage } from '../drawing/pixelImage.js';
import { checkedOverlay, type Overlay, overlayImage, overlaySlice } from './overlaySlice.js';
import { PLANE_NAMES, planeTitle } from './planeAxes.js';
import { classColor, classLegend, imageMarkup, lettersMarkup } from './planeMarkup.js';
import { projectedPlanes } from './projectedPlanes.js';
import { type SlicePlane, slicePlane } from './slicePlane.js';

/** A place to be marked: a candidate, a finding. */
export interface Mark {
  readonly centerWorldMm: Vector3;
  /** 1 nodule, 0 not; left out: what a detector or a network points at, shown as a nodule. */
  readonly class?: number;
}

/** 1 nodule, 0 not. */
export function classOfMark({ class: label = 1 }: Mark): 0 | 1 {
  return label === 1 ? 1 : 0;
}

/** What is drawn over the three slices, and how. */
export interface ThreePlanesOptions {
  readonly marks?: readonly Mark[];
  readonly window?: WindowHu;
  /** Cubes to be outlined, where a plane passes through them: patches. */
  readonly boxes?: readonly PatchBox[];
  /** Marks further off the plane are left out, in mm. */
  readonly marksWithinMm?: number;
  readonly title?: string;
  /** Drawn in colour over the slices. */
  readonly overlay?: Overlay;
  /** Default 0.9: a chest in the width of a notebook. Patches want more. */
  readonly pixelsPerMm?: number;
  /** False for a patch whose direction nobody knows: no letters, and planes named by their axes. */
  readonly oriented?: boolean;
  /** In place of the slices the highest value along each way through the volume; all marks are drawn then. */
  readonly projection?: 'maximum';
  /** Of a projection: voxels where it is 0 are left out. A value a voxel, in their order. */
  readonly mask?: Uint8Array;
}

const PIXELS_PER_MM = 0.9;
const GAP = 12;
const MARK_RADIUS_MM = 9;

/**
 * Axial, coronal and sagittal slice through a world position, in the right proportions, with candidates marked.
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const table = readCandidates(inRepository('data/raw/candidates_V2.csv'));
 * const marks = table.filter(({ seriesUid }) => seriesUid === scan.uid);
 * display(threePlanes(await readVolume(scan), marks[0].centerWorldMm, { marks, window: WINDOWS.lung }));
 */
export function threePlanes(
  volume: Volume,
  throughWorldMm: Vector3,
  options: ThreePlanesOptions = {},
): Picture {
  const title =
    options.title ?? `three planes through ${throughWorldMm.map((mm) => mm.toFixed(1)).join(', ')} mm`;
  return picture(title, () => {
    const { pixelsPerMm = PIXELS_PER_MM, marks = [] } = options;
    const planes = planesOf(volume, throughWorldMm, options);
    let x = GAP;
    const widthMm = planes.reduce((sum, plane) => sum + plane.widthMm, 0);
    const lines = titleLines(title, lettersIn(widthMm * pixelsPerMm + 2 * GAP));
    const head = 12 + 18 * lines.length;
    const drawn = planes.map((plane) => {
      const group = `<g transform="translate(${coordinate(x)} ${head})">${planeContent(volume, plane, throughWorldMm, options)}</g>`;
      x += plane.widthMm * pixelsPerMm + GAP;
      return group;
    });
    const height = head + Math.max(...planes.map(({ heightMm }) => heightMm)) * pixelsPerMm + 34;
    const legend = classLegend(marks.map(classOfMark), '○', (at, of) => [
      x - GAP - 70 * (of - at),
      height - 17,
    ]);
    return standaloneSvg(title, x, height, titleText(lines, GAP, 20) + drawn.join('') + legend);
  });
}

function planesOf(
  volume: Volume,
  throughWorldMm: Vector3,
  { window = WINDOWS.lung, projection, mask }: ThreePlanesOptions,
): SlicePlane[] {
  const planes = PLANE_NAMES.map((name) => slicePlane(volume, name, throughWorldMm, window));
  return projection === undefined ? planes : projectedPlanes(volume, planes, window, mask);
}

function planeContent(
  volume: Volume,
  plane: SlicePlane,
  throughWorldMm: Vector3,
  options: ThreePlanesOptions,
): string {
  const { pixelsPerMm = PIXELS_PER_MM, oriented = true } = options;
  const [width, height] = [plane.widthMm * pixelsPerMm, plane.heightMm * pixelsPerMm];
  const at = plane.placeOf(throughWorldMm);
  const [x, y] = [coordinate(at.xMm * pixelsPerMm), coordinate(at.yMm * pixelsPerMm)];
  return [
    imageMarkup(plane.image, width, height),
    ...(options.overlay === undefined
      ? []
      : [imageMarkup(overlayOf(volume, plane, options.overlay), width, height)]),
    ...(options.projection !== undefined ? [] : [crosshairContent(x, y, width, height)]),
    ...(options.boxes ?? []).map((box) => boxContent(plane, box, pixelsPerMm)),
    ...(options.marks ?? []).map((mark) => markContent(plane, mark, options.marksWithinMm ?? 4, pixelsPerMm)),
    ...(oriented ? [lettersMarkup(plane.letters, width, height)] : []),
    `<text x="0" y="${coordinate(height + 17)}" fill="#333">${planeTitle(plane.name, oriented)}</text>`,
  ].join('');
}

function crosshairContent(x: string, y: string, width: number, height: number): string {
  return `<path d="M${x} 0V${coordinate(height)}M0 ${y}H${coordinate(width)}" stroke="#56b4e9" stroke-opacity="0.35" fill="none"/>`;
}

function overlayOf(volume: Volume, { axes, level, image }: SlicePlane, overlay: Overlay): PixelImage {
  const { volume: colored, opacity } = checkedOverlay(overlay);
  return overlayImage(overlaySlice(volume, colored, axes, level), image.width, opacity);
}

/** A ring around a candidate: orange for nodules, blue for others. */
function markContent(plane: SlicePlane, mark: Mark, withinMm: number, pixelsPerMm: number): string {
  const { xMm, yMm, offMm } = plane.placeOf(mark.centerWorldMm);
  if (offMm > withinMm) return '';
  return `<circle cx="${coordinate(xMm * pixelsPerMm)}" cy="${coordinate(yMm * pixelsPerMm)}" r="${MARK_RADIUS_MM * pixelsPerMm}" fill="none" stroke="${classColor(classOfMark(mark))}" stroke-width="1.6"/>`;
}

/** The outline of a box in a plane that passes through it. */
function boxContent(plane: SlicePlane, { fromWorldMm, toWorldMm }: PatchBox, pixelsPerMm: number): string {
  const [from, to] = [plane.placeOf(fromWorldMm), plane.placeOf(toWorldMm)];
  const middle = fromWorldMm.map((mm, axis) => (mm + toWorldMm[axis]!) / 2) as unknown as Vector3;
  const depthMm = Math.hypot(...fromWorldMm.map((mm, axis) => toWorldMm[axis]! - mm));
  const sidesMm = Math.hypot(to.xMm - from.xMm, to.yMm - from.yMm);
  // Half of the box' length through the plane.
  const halfMm = Math.sqrt(Math.max(0, depthMm ** 2 - sidesMm ** 2)) / 2;
  if (plane.placeOf(middle).offMm > halfMm) return '';
  const pixels = (mm: number): string => coordinate(mm * pixelsPerMm);
  return `<rect x="${pixels(Math.min(from.xMm, to.xMm))}" y="${pixels(Math.min(from.yMm, to.yMm))}" width="${pixels(Math.abs(to.xMm - from.xMm))}" height="${pixels(Math.abs(to.yMm - from.yMm))}" fill="none" stroke="#ffd54a" stroke-width="1.4"/>`;
}
