import { decimalNumber } from '../../decimal.js';
import type { DisplayWindow } from '../voxels/volume.js';
import type { DicomFields } from './dicomFields.js';

/** Tags of the window that a file asks to be looked at with. */
export const WINDOW_TAGS = {
  windowCenter: 0x00281050,
  windowWidth: 0x00281051,
  windowFunction: 0x00281056,
  frameWindow: 0x00289132,
} as const;

/**
 * The first window of a header, as values that are drawn black and white (DICOM PS3.3, C.11.2.1.2); undefined where there is
 * none that can be drawn: how a scan is looked at must not keep it from being read.
 */
export function dicomWindow(fields: DicomFields): DisplayWindow | undefined {
  const first = (tag: number): number => decimalNumber(fields.text(tag)?.split('\\')[0] ?? '');
  const [center, width] = [first(WINDOW_TAGS.windowCenter), first(WINDOW_TAGS.windowWidth)];
  const named = fields.text(WINDOW_TAGS.windowFunction) ?? 'LINEAR';
  // LINEAR counts in whole values: of a width of 400 the 399 steps between the first and the last.
  const [middle, span] = named === 'LINEAR' ? [center - 0.5, width - 1] : [center, width];
  const window = { low: middle - span / 2, high: middle + span / 2 };
  return Number.isFinite(window.low) && window.low < window.high ? window : undefined;
}
