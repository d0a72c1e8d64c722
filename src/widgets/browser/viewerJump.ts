import type { Vector3 } from '../../volumes/voxels/volume.js';
import { presentMark } from '../presentMark.js';
import type { ViewerScan } from '../viewerState.js';
import { element } from './elements.js';

/** A view that has candidates and stands somewhere. */
export interface Jumping {
  readonly scan: Pick<ViewerScan, 'size' | 'markers'>;
  readonly voxel: Vector3;
  moveTo(voxel: Vector3): void;
}

export interface Jump {
  readonly root: HTMLElement;
  draw(): void;
  /** To the next candidate (1) or the one before (-1). */
  by(step: number): void;
}

/** The list of candidates, with buttons to the one before and after. */
export function createJump(viewer: Jumping): Jump | undefined {
  const { markers } = viewer.scan;
  if (markers.length === 0) return undefined;
  const list = element(
    'select',
    { 'aria-label': 'candidate' },
    element('option', { value: '-1' }, `${markers.length} marks`),
  );
  list.append(...markers.map(({ label }, index) => element('option', { value: String(index) }, label)));
  let last = -1;
  const go = (index: number): void => {
    last = (index + markers.length) % markers.length;
    viewer.moveTo(markers[last]!.voxel);
    list.value = String(last); // also where the crosshair stays: marks may share a voxel
  };
  const by = (step: number): void => {
    const at = Number(list.value);
    go(at < 0 ? (step > 0 ? 0 : -1) : at + step);
  };
  const arrow = (text: string, label: string, key: string, step: number): HTMLElement => {
    const title = `${label} (${key})`;
    const pressed = element('button', { type: 'button', 'aria-label': label, title }, text);
    pressed.addEventListener('click', () => by(step));
    return pressed;
  };
  list.addEventListener('change', () => {
    if (Number(list.value) >= 0) go(Number(list.value));
  });
  return {
    by,
    root: element(
      'div',
      { class: 'voxlab-group voxlab-jump' },
      arrow('\u2039', 'previous candidate', 'p', -1),
      list,
      arrow('\u203a', 'next candidate', 'n', 1),
    ),
    draw() {
      last = presentMark(viewer.scan, viewer.voxel, last);
      list.value = String(last);
    },
  };
}
