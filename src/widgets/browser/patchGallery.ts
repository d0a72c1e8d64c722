import { sliceValues } from '../../figures/slices/slicePlane.js';
import { NODULE_SIZES, sizeOf } from '../../scores/noduleSize.js';
import { middleVoxel } from '../../volumes/voxels/geometry.js';
import type { Volume } from '../../volumes/voxels/volume.js';
import type { GalleryPatch, GalleryState } from '../viewerState.js';
import { watch } from './anywidget.js';
import { element, keepKeys, savedParts } from './elements.js';
import { bytesOf, cutSlices, savedModel, valuesOf } from './savedModel.js';
import { drawSlice } from './sliceImage.js';
import viewer from './sliceViewer.js';

type Patch = GalleryPatch & { readonly volume: Volume };

/** At or above it a network says nodule. */
const THRESHOLD = 0.5;
const TILE_PIXELS = 96;

interface Choice {
  readonly name: string;
  readonly of: (patch: Patch) => boolean;
}
interface Order {
  readonly name: string;
  readonly by: (a: Patch, b: Patch) => number;
}

const said = ({ probability }: Patch): number => probability ?? Number.NEGATIVE_INFINITY;
const OUTCOMES: readonly Choice[] = [
  { name: 'any outcome', of: () => true },
  { name: 'false positives', of: (patch) => patch.class !== 1 && said(patch) >= THRESHOLD },
  { name: 'false negatives', of: (patch) => patch.class === 1 && said(patch) < THRESHOLD },
  { name: 'right', of: (patch) => (patch.class === 1) === said(patch) >= THRESHOLD },
];
const CLASSES: readonly Choice[] = [
  { name: 'all classes', of: () => true },
  { name: 'nodule', of: (patch) => patch.class === 1 },
  { name: 'other', of: (patch) => patch.class !== 1 },
];
const BY_ROW: Order = { name: 'row', by: (a, b) => a.row - b.row };
const BY_PROBABILITY: readonly Order[] = [
  { name: 'probability, highest first', by: (a, b) => said(b) - said(a) },
  { name: 'probability, lowest first', by: (a, b) => said(a) - said(b) },
];
const BY_DIAMETER: readonly Order[] = [
  {
    name: 'diameter, largest first',
    by: (a, b) => (b.diameterMm ?? -1) - (a.diameterMm ?? -1) || a.row - b.row,
  },
  {
    name: 'diameter, smallest first',
    by: (a, b) => (a.diameterMm ?? Infinity) - (b.diameterMm ?? Infinity) || a.row - b.row,
  },
];
const DIAMETERS: readonly Choice[] = [
  { name: 'any diameter', of: () => true },
  ...NODULE_SIZES.map((size) => ({
    name: size,
    of: ({ diameterMm }: Patch) => sizeOf(diameterMm ?? null) === size,
  })),
];
const BY_SUBSET: Order = { name: 'subset', by: (a, b) => a.subset - b.subset || a.row - b.row };

function gallery(state: GalleryState, patches: readonly Patch[], el: HTMLElement): void {
  const scored = patches.some(({ probability }) => probability !== undefined);
  const subsets = [...new Set(patches.map(({ subset }) => subset))].sort((a, b) => a - b);
  const bySubset: Choice[] = [
    { name: 'all subsets', of: () => true },
    ...subsets.map((subset) => ({ name: `subset ${subset}`, of: (patch: Patch) => patch.subset === subset })),
  ];
  const measured = patches.some(({ diameterMm }) => diameterMm !== undefined);
  const orders = [...(scored ? BY_PROBABILITY : []), BY_ROW, BY_SUBSET, ...(measured ? BY_DIAMETER : [])];
  const axes = state.scan.planes.map(({ name }, at) => ({ name: ['x, y', 'x, z', 'y, z'][at] ?? name, at }));
  const choose = choiceOf('class', CLASSES, () => draw());
  const inSubset = choiceOf('subset', bySubset, () => draw());
  const outcome = choiceOf('outcome', OUTCOMES, () => draw());
  const diameter = choiceOf('diameter', DIAMETERS, () => draw());
  const order = choiceOf('sorted by', orders, () => draw());
  const plane = choiceOf('plane', axes, () => draw());
  const window = choiceOf('window', state.scan.presets, () => draw());
  const count = element('span', { class: 'voxlab-count', role: 'status' });
  const tiles = element('div', { class: 'voxlab-tiles' });
  const opened = element('div', { class: 'voxlab-opened' });
  const bar = element(
    'div',
    { class: 'voxlab-bar' },
    element('span', { class: 'voxlab-title' }, state.title),
    choose.root,
    ...(subsets.length > 1 ? [inSubset.root] : []),
    ...(scored ? [outcome.root] : []),
    ...(measured ? [diameter.root] : []),
    ...[order.root, plane.root, window.root, count],
  );
  const root = element('div', { class: 'voxlab-gallery' }, bar, tiles, opened);
  el.append(root);
  keepKeys(root);
  let now: Patch | undefined;
  let close = (): void => {};

  function draw(): void {
    const shown = patches
      .filter((patch) => [choose, inSubset, outcome, diameter].every((choice) => choice.value().of(patch)))
      .sort(order.value().by);
    count.textContent = `${shown.length} of ${patches.length} here, ${state.rows} in the file`;
    const axis = state.scan.planes[plane.value().at]!;
    const middle = Math.floor(state.scan.size[axis.through.axis] / 2);
    tiles.replaceChildren(
      ...shown.map((patch) => {
        const label = labelOf(patch);
        const kind = patch.class === 1 ? 'nodule' : 'other';
        const title = `${kind}, subset ${patch.subset}, ${patch.seriesUid}`;
        const tile = tileOf(state, patch, plane.value().at, middle, window.value(), label, title);
        tile.dataset.class = String(patch.class === 1 ? 1 : 0);
        tile.dataset.row = String(patch.row);
        tile.setAttribute('aria-pressed', String(patch === now));
        tile.addEventListener('click', () => open(patch));
        return tile;
      }),
    );
  }
  function open(patch: Patch): void {
    close();
    now = patch;
    for (const tile of tiles.children)
      tile.setAttribute('aria-pressed', String((tile as HTMLElement).dataset.row === String(patch.row)));
    opened.replaceChildren();
    close = openPatch(state, patch, window.value(), opened);
    opened.scrollIntoView({ block: 'nearest' });
  }
  draw();
}

/** `row 3 · 0.93 · 7.2 mm`. */
function labelOf({ row, probability, diameterMm }: Patch): string {
  const parts = [probability?.toFixed(2), diameterMm && `${diameterMm.toFixed(1)} mm`];
  return [`row ${row}`, ...parts.filter((part) => part !== undefined)].join(' · ');
}

/** Its three planes, and all its slices: a click on one goes there. */
function openPatch(
  state: GalleryState,
  patch: Patch,
  window: { readonly low: number; readonly high: number },
  el: HTMLElement,
): () => void {
  const title = `row ${patch.row}, ${patch.class === 1 ? 'nodule' : 'other'}${patch.probability === undefined ? '' : `, probability ${patch.probability.toFixed(3)}`}`;
  const { size } = state.scan;
  const model = savedModel(
    {
      ...{ scan: { ...state.scan, title }, window: [window.low, window.high], crosshair: true },
      ...{ voxel: middleVoxel(size), neurological: false },
    },
    cutSlices(state.scan, patch.volume, undefined),
  );
  const stop = viewer.render({ model, el });
  const { through } = state.scan.planes[0]!;
  const strip = Array.from({ length: size[through.axis] }, (_, level) => {
    const tile = tileOf(state, patch, 0, level, window, '', `slice ${level + 1}`);
    tile.addEventListener('click', () => {
      const voxel = [...(model.get('voxel') as number[])];
      voxel[through.axis] = level;
      model.set('voxel', voxel);
    });
    return tile;
  });
  el.append(element('div', { class: 'voxlab-strip' }, ...strip));
  watch(model, ['voxel'], () => {
    const at = (model.get('voxel') as number[])[through.axis];
    for (const [level, tile] of strip.entries()) tile.setAttribute('aria-pressed', String(level === at));
  });
  return stop;
}

function tileOf(
  { scan }: GalleryState,
  { volume }: Patch,
  plane: number,
  level: number,
  { low, high }: { readonly low: number; readonly high: number },
  label: string,
  title: string,
): HTMLButtonElement {
  const axes = scan.planes[plane]!;
  const [columns, rows] = [scan.size[axes.right.axis], scan.size[axes.down.axis]];
  const [width, height] = [columns * scan.spacingMm[axes.right.axis], rows * scan.spacingMm[axes.down.axis]];
  const canvas = element('canvas', { width: String(TILE_PIXELS) });
  canvas.height = Math.max(1, Math.round((TILE_PIXELS * height) / width));
  const hu = sliceValues(volume, axes, level) as Int16Array;
  const place = { x: 0, y: 0, width: canvas.width, height: canvas.height, mirrored: false };
  drawSlice(
    canvas.getContext('2d')!,
    { hu, overlay: undefined },
    columns,
    { window: [low, high], opacity: 0, rangeHu: undefined },
    place,
  );
  const text = label === '' ? [] : [label];
  return element(
    'button',
    { type: 'button', class: 'voxlab-tile', title, 'aria-label': `${label} ${title}` },
    canvas,
    ...text,
  );
}

function choiceOf<T extends { readonly name: string }>(
  label: string,
  choices: readonly T[],
  changed: () => void,
): { root: HTMLElement; value: () => T } {
  const list = element('select', { 'aria-label': label });
  list.append(...choices.map(({ name }) => element('option', {}, name)));
  list.addEventListener('change', changed);
  return { root: element('label', {}, label, list), value: () => choices[list.selectedIndex]! };
}

async function start(picture: Element, data: Element): Promise<void> {
  const { state, style }: { state: GalleryState; style: string } = JSON.parse(data.textContent ?? '');
  const { size, spacingMm, originMm, direction } = state.scan;
  const patches = await Promise.all(
    state.patches.map(async (patch) => ({
      ...patch,
      volume: { size, spacingMm, originMm, direction, data: valuesOf(await bytesOf(patch.hu), size[0]) },
    })),
  );
  const el = element('div');
  document.head.append(element('style', {}, style));
  picture.replaceWith(el);
  gallery(state, patches, el);
}

const parts = savedParts();
// Where it cannot be opened, by an older browser, the picture stays.
if (parts !== undefined) void start(parts.picture, parts.data);
