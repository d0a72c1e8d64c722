import { type PlaneAxes, planeLetters, planeTitle } from '../../figures/planeAxes.js';
import { voxelToWorld } from '../../volumes/geometry.js';
import type { Vector3 } from '../../volumes/volume.js';
import { element } from './elements.js';
import { drawOverlay } from './planeOverlay.js';
import { followPointer } from './planePointer.js';
import { drawSlice } from './sliceImage.js';
import type { SliceStore, StoredSlice } from './sliceStore.js';
import { number, PLANE_COLORS, pixelOf, type ViewerModel, voxelAt } from './viewerModel.js';

/** One plane of the viewer: the slice, what is drawn over it, and its slider. */
export interface PlaneView {
  readonly root: HTMLElement;
  readonly plane: PlaneAxes;
  readonly widthMm: number;
  readonly heightMm: number;
  /** Gives the picture its place: CSS pixels per mm, and the box that it stands in the middle of. */
  layOut(pixelsPerMm: number, boxWidth: number, boxHeight: number): void;
  draw(): void;
}

/** Tells what lies under the pointer; nothing when it leaves. */
export type Hover = (found: { voxel: Vector3; hu: number } | undefined) => void;

export function createPlaneView(
  viewer: ViewerModel,
  store: SliceStore,
  plane: PlaneAxes,
  hover: Hover,
): PlaneView {
  const { scan } = viewer;
  const [columns, rows] = [scan.size[plane.right.axis], scan.size[plane.down.axis]];
  const widthMm = columns * scan.spacingMm[plane.right.axis];
  const heightMm = rows * scan.spacingMm[plane.down.axis];
  const last = scan.size[plane.through.axis] - 1;
  const name = planeTitle(plane.name, scan.oriented);
  const letters = scan.oriented ? planeLetters(scan, plane) : undefined;
  const canvas = element('canvas', { class: 'voxlab-plane', tabindex: '0', 'aria-label': `${name} plane` });
  const level = element('input', {
    type: 'range',
    min: '0',
    max: String(last),
    'aria-label': `${name} slice`,
  });
  const caption = element('span', { class: 'voxlab-level' });
  const root = element(
    'div',
    { class: 'voxlab-pane' },
    canvas,
    element('div', { class: 'voxlab-row' }, level, caption),
  );
  root.style.setProperty('--plane', PLANE_COLORS[plane.name]);
  /** Left and top of the picture in the box, and its scale, in CSS pixels. */
  let place = { left: 0, top: 0, perMm: 1, boxWidth: 1, boxHeight: 1 };
  /** The slice that is drawn: the one before, until the wanted one has come. */
  let shown: (StoredSlice & { level: number }) | undefined;

  const currentLevel = (): number => viewer.voxel[plane.through.axis];
  /** Slices count from right, front or feet, whichever way the voxels run. */
  const numberOf = (at: number): number => (plane.through.sign > 0 ? at : last - at);
  const goTo = (slice: number): void => {
    const voxel: [number, number, number] = [...viewer.voxel];
    voxel[plane.through.axis] = numberOf(Math.max(0, Math.min(last, slice)));
    viewer.moveTo(voxel);
  };
  const step = (by: number): void => goTo(numberOf(currentLevel()) + by);
  const pixelAt = (x: number, y: number): [number, number] => [
    (x - place.left) / (place.perMm * scan.spacingMm[plane.right.axis]) - 0.5,
    (y - place.top) / (place.perMm * scan.spacingMm[plane.down.axis]) - 0.5,
  ];
  const pointOf = (voxel: Vector3): [number, number] => {
    const [column, row] = pixelOf(scan, plane, voxel);
    return [
      place.left + (column + 0.5) * scan.spacingMm[plane.right.axis] * place.perMm,
      place.top + (row + 0.5) * scan.spacingMm[plane.down.axis] * place.perMm,
    ];
  };
  const markersHere = () =>
    scan.markers
      .map((marker) => ({
        ...marker,
        point: pointOf(marker.voxel),
        offMm:
          Math.abs(marker.voxel[plane.through.axis] - currentLevel()) * scan.spacingMm[plane.through.axis],
      }))
      .filter(({ offMm }) => offMm <= scan.markersWithinMm);

  level.addEventListener('input', () => goTo(level.valueAsNumber));
  followPointer(canvas, viewer, {
    step,
    press(x, y) {
      const ring = markersHere().find(({ point }) => Math.hypot(point[0] - x, point[1] - y) < ringRadius());
      if (ring !== undefined) viewer.moveTo(ring.voxel);
      return ring !== undefined;
    },
    drag: (x, y) => viewer.moveTo(voxelAt(scan, plane, viewer.voxel, ...pixelAt(x, y))),
    hover(x, y) {
      const [column, row] = pixelAt(x, y).map(Math.round) as [number, number];
      const inside = column >= 0 && column < columns && row >= 0 && row < rows;
      if (shown === undefined || !inside || shown.level !== currentLevel()) return hover(undefined);
      hover({
        voxel: voxelAt(scan, plane, viewer.voxel, column, row),
        hu: shown.hu[row * columns + column]!,
      });
    },
    leave: () => hover(undefined),
  });
  const ringRadius = (): number => Math.max(9, 9 * place.perMm);

  return {
    root,
    plane,
    widthMm,
    heightMm,
    layOut(perMm, boxWidth, boxHeight) {
      place = {
        ...{ perMm, boxWidth, boxHeight },
        left: (boxWidth - widthMm * perMm) / 2,
        top: (boxHeight - heightMm * perMm) / 2,
      };
      const density = globalThis.devicePixelRatio || 1;
      canvas.width = Math.round(boxWidth * density);
      canvas.height = Math.round(boxHeight * density);
      canvas.style.width = `${boxWidth}px`;
      canvas.style.height = `${boxHeight}px`;
    },
    draw() {
      const at = currentLevel();
      const slice = store.get({ plane: plane.name, level: at });
      if (slice !== undefined) shown = { level: at, ...slice };
      const context = canvas.getContext('2d')!;
      const density = canvas.width / place.boxWidth;
      context.setTransform(density, 0, 0, density, 0, 0);
      context.clearRect(0, 0, place.boxWidth, place.boxHeight);
      if (shown !== undefined)
        drawSlice(context, shown, columns, viewer, {
          ...{ x: place.left, y: place.top, width: widthMm * place.perMm, height: heightMm * place.perMm },
        });
      drawOverlay(context, {
        ...{
          name,
          letters,
          plane: plane.name,
          width: place.boxWidth,
          height: place.boxHeight,
          perMm: place.perMm,
        },
        crosshair: pointOf(viewer.voxel),
        markers: markersHere(),
        ringRadius: ringRadius(),
      });
      const shownNumber = numberOf(at);
      level.value = String(shownNumber);
      const mm = voxelToWorld(scan, viewer.voxel)[{ axial: 2, coronal: 1, sagittal: 0 }[plane.name]]!;
      caption.textContent = `${shownNumber + 1} / ${last + 1}   ${number(mm, 1)} mm`;
      canvas.dataset.level = String(shown?.level ?? '');
    },
  };
}
