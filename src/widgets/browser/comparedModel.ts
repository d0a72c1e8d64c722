import { voxelToWorld } from '../../volumes/voxels/geometry.js';
import type { Vector3 } from '../../volumes/voxels/volume.js';
import { nearestVoxel } from '../viewerChecks.js';
import type { ComparedColumn, ComparedSlicesMessage, SlicesMessage, ViewerScan } from '../viewerState.js';
import type { Model } from './anywidget.js';

type Listener = (...values: never[]) => void;

/** A column of a comparison as the model of a slice viewer: its own scan and voxel, at the place in mm that all share. */
export function comparedModel(model: Model, of: ComparedColumn): Model {
  const scan = (model.get('scans') as readonly ViewerScan[])[of === 'second' ? 1 : 0]!;
  /** Listener of the column -> of the whole. */
  const wrapped = new Map<Listener, Listener>();
  let at: { readonly positionMm: Vector3; readonly voxel: Vector3 } | undefined;
  const own = (key: string): unknown => {
    if (key === 'scan') return scan;
    if (key === 'rangeHu' && of !== 'difference') return undefined;
    if (key === 'opacity' && of === 'difference') return undefined;
    if (key !== 'voxel') return model.get(key);
    const positionMm = model.get('positionMm') as Vector3;
    // The same array while nothing moves: views compare.
    if (at?.positionMm !== positionMm) at = { positionMm, voxel: nearestVoxel(scan, positionMm) };
    return at.voxel;
  };
  const eventOf = (event: string): string => (event === 'change:voxel' ? 'change:positionMm' : event);
  const isOwn = (content: unknown): boolean => (content as Partial<ComparedSlicesMessage>)?.of === of;
  return {
    get: own,
    set(key, value) {
      if (key === 'voxel') model.set('positionMm', voxelToWorld(scan, value as Vector3));
      else model.set(key, value);
    },
    save_changes: () => model.save_changes(),
    send: (content) => model.send({ ...(content as SlicesMessage), of }),
    on(event: string, listener: Listener) {
      const heard = (content: unknown, buffers: readonly DataView[]): void => {
        if (isOwn(content))
          (listener as (content: unknown, buffers: readonly DataView[]) => void)(content, buffers);
      };
      const listening = event === 'msg:custom' ? (heard as Listener) : listener;
      wrapped.set(listener, listening);
      (model.on as (event: string, listener: Listener) => void)(eventOf(event), listening);
    },
    off(event: string, listener: Listener) {
      model.off(eventOf(event), wrapped.get(listener) ?? listener);
    },
  };
}
