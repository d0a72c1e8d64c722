import { directionLetters } from '../../figures/slices/planeAxes.js';
import { voxelToWorld } from '../../volumes/voxels/geometry.js';
import { dot, scale, subtract } from '../../volumes/voxels/vectors.js';
import type { Vector3 } from '../../volumes/voxels/volume.js';
import { middleOf, type PictureSize, pixelsPerMm, projected } from '../volumeCamera.js';
import { drawScale, edged, markColor, ringRadius, text } from './planeOverlay.js';
import type { VolumeModel } from './volumeModel.js';

/** A mark where it is seen, CSS pixels. */
export interface SeenMark {
  readonly index: number;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

const BOX = 'rgba(160, 175, 195, 0.28)';

/** Marks that are not cut away and lie in the slab, nearest last. */
export function seenMarks(viewer: VolumeModel, size: PictureSize): SeenMark[] {
  const { scan, camera, cut, depthMm } = viewer;
  if (!viewer.rings) return [];
  const middle = middleOf(scan);
  const radius = ringRadius(pixelsPerMm(scan, camera, size));
  return scan.markers
    .map(({ voxel }, index) => {
      const worldMm = voxelToWorld(scan, voxel);
      return { index, worldMm, radius, ...projected(scan, camera, size, worldMm) };
    })
    .filter(
      ({ worldMm, depthMm: at }) =>
        at >= depthMm[0] &&
        at <= depthMm[1] &&
        (cut === null || dot(cut.normal, subtract(worldMm, middle)) >= cut.atMm),
    )
    .sort((a, b) => b.depthMm - a.depthMm);
}

/** The volume's edges, rings, letters and scale, over the rays' picture. */
export function drawVolumeOverlay(
  context: CanvasRenderingContext2D,
  viewer: VolumeModel,
  size: PictureSize,
  selected: number,
): void {
  const { scan, camera } = viewer;
  drawBox(context, viewer, size);
  for (const { index, x, y, radius } of seenMarks(viewer, size)) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    edged(context, markColor(scan.markers[index]!.class), index === selected ? 3 : 1.5);
  }
  const { width, height } = size;
  if (scan.oriented) {
    text(context, directionLetters(scale(camera.right, -1)), 8, height / 2 + 4, 'left');
    text(context, directionLetters(camera.right), width - 8, height / 2 + 4, 'right');
    text(context, directionLetters(camera.up), width / 2, 17, 'center');
    text(context, directionLetters(scale(camera.up, -1)), width / 2, height - 8, 'center');
  }
  drawScale(context, { width, height, perMm: pixelsPerMm(scan, camera, size) });
}

function drawBox(context: CanvasRenderingContext2D, { scan, camera }: VolumeModel, size: PictureSize): void {
  const corner = (bits: number): readonly [number, number] => {
    const voxel = scan.size.map((count, axis) => ((bits >> axis) & 1) * count - 0.5) as unknown as Vector3;
    const { x, y } = projected(scan, camera, size, voxelToWorld(scan, voxel));
    return [x, y];
  };
  context.beginPath();
  for (let from = 0; from < 8; from++)
    for (const bit of [1, 2, 4])
      if ((from & bit) === 0) {
        context.moveTo(...corner(from));
        context.lineTo(...corner(from | bit));
      }
  context.lineWidth = 1;
  context.strokeStyle = BOX;
  context.stroke();
}
