import type { Vector3 } from '../../volumes/voxels/volume.js';
import type { SliceRequest, SlicesMessage, ViewerScan } from '../viewerState.js';
import type { CleanUp, Model } from './anywidget.js';
import { pixelOf } from './viewerModel.js';

/** A slice as seen, pixel by pixel: HU, and what lies over it where there is an overlay. */
export interface StoredSlice {
  readonly hu: Int16Array;
  readonly overlay: Uint8Array | undefined;
}

/** Slices that have come from the kernel, and those that are asked for. */
export interface SliceStore {
  /** The slice, if it is here. */
  get(slice: SliceRequest): StoredSlice | undefined;
  /** What the view now needs, in place of what it needed before: slices that were wanted meanwhile are not asked for. */
  want(slices: readonly SliceRequest[]): void;
  readonly close: CleanUp;
}

/** Slices kept for going back without asking, in bytes. */
const KEPT_BYTES = 96e6;
/** A kernel that computes answers late; one that is gone, never: then the next wish asks again. */
const PATIENCE_MS = 5000;

const keyOf = ({ plane, level }: SliceRequest): string => `${plane} ${level}`;

/** One request at a time is on its way to the kernel; `arrived` is called with each answer. */
export function createSliceStore(model: Model, arrived: () => void): SliceStore {
  /** In the order of their last use. */
  const kept = new Map<string, StoredSlice>();
  let keptBytes = 0;
  let wanted: readonly SliceRequest[] = [];
  let asked: { number: number; atMs: number } | undefined;
  let last = 0;

  const keep = (key: string, slice: StoredSlice): void => {
    if (!kept.has(key)) keptBytes += bytesOf(slice);
    kept.set(key, slice);
    for (const [oldest, old] of kept) {
      if (keptBytes <= KEPT_BYTES) break;
      kept.delete(oldest);
      keptBytes -= bytesOf(old);
    }
  };
  const ask = (): void => {
    const missing = wanted.filter((slice) => !kept.has(keyOf(slice)));
    const waits = asked !== undefined && performance.now() - asked.atMs < PATIENCE_MS;
    if (missing.length === 0 || waits) return;
    asked = { number: ++last, atMs: performance.now() };
    const message: SlicesMessage = { number: last, slices: missing };
    model.send(message);
  };
  const receive = (content: unknown, buffers: readonly DataView[]): void => {
    const { number, slices } = content as Partial<SlicesMessage>;
    if (slices === undefined) return; // another message than an answer
    for (const [index, slice] of slices.entries()) {
      const over = buffers[slices.length + index];
      keep(keyOf(slice), { hu: pixelsOf(buffers[index]!), overlay: over && bytesIn(over) });
    }
    if (asked !== undefined && number === asked.number) {
      // For whoever measures: performance.getEntriesByName('voxlab slices').
      performance.measure('voxlab slices', { start: asked.atMs, detail: slices.length });
      asked = undefined;
    }
    arrived();
    ask();
  };
  model.on('msg:custom', receive);
  return {
    get(slice) {
      const key = keyOf(slice);
      const pixels = kept.get(key);
      if (pixels === undefined) return undefined;
      kept.delete(key);
      kept.set(key, pixels);
      return pixels;
    },
    want(slices) {
      wanted = slices;
      ask();
    },
    close: () => model.off('msg:custom', receive),
  };
}

/** HU of a voxel, by the first plane whose slice is here. */
export function valueIn(store: SliceStore, scan: ViewerScan, voxel: Vector3): number | undefined {
  for (const plane of scan.planes) {
    const slice = store.get({ plane: plane.name, level: voxel[plane.through.axis] });
    const [column, row] = pixelOf(scan, plane, voxel);
    if (slice !== undefined) return slice.hu[row * scan.size[plane.right.axis] + column];
  }
  return undefined;
}

function bytesOf({ hu, overlay }: StoredSlice): number {
  return hu.byteLength + (overlay?.byteLength ?? 0);
}

function bytesIn({ buffer, byteOffset, byteLength }: DataView): Uint8Array {
  return new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

/** Bytes may begin at an odd place of the message, where no Int16Array can. */
function pixelsOf({ buffer, byteOffset, byteLength }: DataView): Int16Array {
  return new Int16Array(buffer.slice(byteOffset, byteOffset + byteLength));
}
