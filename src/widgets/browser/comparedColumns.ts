import { voxelToWorld, worldToVoxel } from '../../volumes/voxels/geometry.js';
import type { Vector3 } from '../../volumes/voxels/volume.js';
import type { ComparedColumn } from '../viewerState.js';
import { type ViewFrame, wholeFrame } from '../viewFrame.js';
import type { Model } from './anywidget.js';
import { comparedModel } from './comparedModel.js';
import type { PlaneContext } from './planeSight.js';
import { createPlaneView, type PlaneView } from './planeView.js';
import { createRuler, type Ruler } from './ruler.js';
import { createSliceStore, type SliceStore, valueIn } from './sliceStore.js';
import { type ViewerModel, viewerModel } from './viewerModel.js';

const COLUMNS = ['first', 'second', 'difference'] as const satisfies readonly ComparedColumn[];

/** One of the volumes, or their difference, with a view of each plane. */
export interface Column {
  readonly of: ComparedColumn;
  readonly viewer: ViewerModel;
  readonly store: SliceStore;
  readonly context: PlaneContext;
  readonly views: readonly PlaneView[];
  /** At a place of the world, in the slices that are here. */
  valueAt(worldMm: Vector3): number | undefined;
}

/** What the columns share, in mm of the world. */
interface Shared {
  zoom: number;
  centerMm: Vector3;
  aimMm: Vector3 | undefined;
}

/** First, second, difference: one place, frame and ruler for all, each on its own grid. */
export function createColumns(
  model: Model,
  names: Readonly<Record<ComparedColumn, string>>,
  calls: { readonly changed: () => void; readonly pointed: () => void },
): readonly [Column, Column, Column] {
  const ruler = createRuler(calls.changed);
  const start = viewerModel(comparedModel(model, 'first')).scan;
  const shared: Shared = {
    zoom: 1,
    centerMm: voxelToWorld(start, wholeFrame(start).center),
    aimMm: undefined,
  };
  const made = COLUMNS.map((of) => createColumn(model, of, names[of], shared, ruler, calls));
  return made as unknown as readonly [Column, Column, Column];
}

function createColumn(
  model: Model,
  of: ComparedColumn,
  label: string,
  shared: Shared,
  rulerMm: Ruler,
  { changed, pointed }: { readonly changed: () => void; readonly pointed: () => void },
): Column {
  const own = comparedModel(model, of);
  const viewer = viewerModel(own);
  const { scan } = viewer;
  const store = createSliceStore(own, changed);
  const inMm = (voxel: Vector3): Vector3 => voxelToWorld(scan, voxel);
  const context: PlaneContext = {
    ...{ viewer, store, label, changed, pointed },
    ruler: rulerOn(rulerMm, inMm, (worldMm) => worldToVoxel(scan, worldMm)),
    get frame() {
      return { zoom: shared.zoom, center: worldToVoxel(scan, shared.centerMm) };
    },
    set frame({ zoom, center }: ViewFrame) {
      Object.assign(shared, { zoom, centerMm: inMm(center) });
    },
    get aim() {
      return shared.aimMm && worldToVoxel(scan, shared.aimMm);
    },
    set aim(voxel: Vector3 | undefined) {
      shared.aimMm = voxel && inMm(voxel);
    },
  };
  return {
    ...{ of, viewer, store, context },
    views: scan.planes.map((plane) => createPlaneView(context, plane)),
    valueAt(worldMm) {
      const voxel = worldToVoxel(scan, worldMm).map(Math.round) as unknown as Vector3;
      if (voxel.some((index, axis) => index < 0 || index >= scan.size[axis]!)) return undefined;
      return valueIn(store, scan, voxel);
    },
  };
}

/** A ruler that holds mm, on a grid. */
function rulerOn(
  ruler: Ruler,
  inMm: (voxel: Vector3) => Vector3,
  onGrid: (worldMm: Vector3) => Vector3,
): Ruler {
  return {
    get active() {
      return ruler.active;
    },
    get points() {
      return ruler.points.map(onGrid);
    },
    ...{ toggle: ruler.toggle, clear: ruler.clear },
    add: (voxel) => ruler.add(inMm(voxel)),
    drag: (voxel) => ruler.drag(inMm(voxel)),
  };
}
