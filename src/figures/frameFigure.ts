import { voxelToWorld, worldToVoxel } from '../volumes/voxels/geometry.js';
import type { Geometry, Vector3 } from '../volumes/voxels/volume.js';
import { PALETTE } from './charts/chartSpec.js';
import { coordinate, escaped, standaloneSvg } from './drawing/markup.js';
import { type Picture, picture } from './drawing/picture.js';

/** A scan's grid, and a place in it. */
export interface FramePanel {
  readonly name: string;
  readonly geometry: Geometry;
  readonly centerWorldMm: Vector3;
}

const PIXELS_PER_MM = 0.7;
const PANEL = 420;
const HEIGHT = 446;
const MIDDLE = { x: PANEL / 2, y: 225 } as const;
const ARROW_MM = 110;

/**
 * Where voxel (0, 0, 0) lies and where the voxel axes point, as seen from the feet; one panel a scan, the same world for all.
 * @example
 * const [scan] = findScans(inRepository('data/raw'), 'all');
 * const geometry = await readGeometry(scan);
 * display(frameFigure([{ name: scan.uid, geometry, centerWorldMm: voxelToWorld(geometry, [9, 9, 9]) }]));
 */
export function frameFigure(panels: readonly FramePanel[]): Picture {
  const title = 'World and voxels';
  const width = PANEL * panels.length;
  return picture(title, () => {
    const drawn = panels.map(
      (panel, i) => `<g transform="translate(${i * PANEL} 0)">${drawPanel(panel)}</g>`,
    );
    const tip = `<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="${PALETTE[0]}"/></marker></defs>`;
    return standaloneSvg(title, width, HEIGHT, tip + drawn.join(''));
  });
}

function drawPanel({ name, geometry, centerWorldMm }: FramePanel): string {
  const { size, spacingMm } = geometry;
  const z = worldToVoxel(geometry, centerWorldMm)[2];
  const corners = [
    [-0.5, -0.5],
    [size[0] - 0.5, -0.5],
    [size[0] - 0.5, size[1] - 0.5],
    [-0.5, size[1] - 0.5],
  ].map(([i, j]) => placeOf(voxelToWorld(geometry, [i!, j!, z])).join(' '));
  const [originX, originY] = placeOf(voxelToWorld(geometry, [0, 0, z]));
  const arrow = (axis: 0 | 1, label: string): string => {
    const tip: [number, number, number] = [0, 0, z];
    tip[axis] = ARROW_MM / spacingMm[axis];
    const [x, y] = placeOf(voxelToWorld(geometry, tip));
    return `<path d="M${originX} ${originY} L${x} ${y}" stroke="${PALETTE[0]}" stroke-width="2" marker-end="url(#tip)"/><text x="${x + 6}" y="${y + (axis === 0 ? -6 : 4)}" fill="${PALETTE[0]}">${label}</text>`;
  };
  const [centerX, centerY] = placeOf(centerWorldMm);
  const numbers = (values: readonly number[]): string =>
    values.map((value) => Number(value.toFixed(1))).join(', ');
  return [
    `<text x="16" y="24" font-size="15" font-weight="600" fill="#333">${escaped(name)}</text>`,
    `<text x="16" y="42" fill="#555">direction ${numbers([0, 3, 6, 1, 4, 7, 2, 5, 8].map((at) => geometry.direction[at]!)).replaceAll(/((?:[^,]+, ){2}[^,]+), /g, '$1 | ')}</text>`,
    `<path d="M${corners.join(' L')} Z" fill="#f5f5f5" stroke="#999"/>`,
    `<circle cx="${originX}" cy="${originY}" r="4" fill="${PALETTE[0]}"/>`,
    arrow(0, 'i'),
    arrow(1, 'j'),
    `<circle cx="${centerX}" cy="${centerY}" r="6" fill="none" stroke="${PALETTE[1]}" stroke-width="2"/>`,
    `<text x="${centerX}" y="${centerY + 22}" text-anchor="middle" fill="${PALETTE[1]}">world ${numbers(centerWorldMm)} mm</text>`,
    `<text x="${centerX}" y="${centerY + 38}" text-anchor="middle" fill="${PALETTE[1]}">voxel ${numbers(worldToVoxel(geometry, centerWorldMm))}</text>`,
    ...(['R', 'L', 'A', 'P'] as const).map((letter, i) => {
      const [dx, dy] = [
        [-MIDDLE.x + 14, 0],
        [MIDDLE.x - 14, 0],
        [0, -165],
        [0, 175],
      ][i] as [number, number];
      return `<text x="${MIDDLE.x + dx}" y="${MIDDLE.y + dy}" text-anchor="middle" font-weight="600" fill="#333">${letter}</text>`;
    }),
    `<text x="16" y="${HEIGHT - 26}" fill="#555">origin (blue dot) ${numbers(geometry.originMm)} mm</text>`,
    `<text x="16" y="${HEIGHT - 10}" fill="#555">${size.join(' x ')} voxels of ${spacingMm.join(' x ')} mm</text>`,
  ].join('');
}

/** In the panel: x of the world to the right (patient's left), y down (patient's back). */
function placeOf([x, y]: Vector3): readonly [x: number, y: number] {
  return [Number(coordinate(MIDDLE.x + x * PIXELS_PER_MM)), Number(coordinate(MIDDLE.y + y * PIXELS_PER_MM))];
}
