import { type BlockGrid, emptyBlocks, fillBlocks, withNeighbours } from '../blockGrid.js';
import { type PartsMessage, slicesIn, type VolumeScan } from '../volumeState.js';
import type { Model } from './anywidget.js';

/** The voxels of a volume, in parts as they come from the kernel; all views of a widget in this page share them. */
export interface VolumeStore {
  /** 0 where nothing has come. */
  readonly hu: Int16Array;
  /** 0 or 255; empty without a mask. */
  readonly maskValues: Uint8Array;
  /** Parts that are here. */
  readonly here: readonly number[];
  readonly parts: number;
  readonly blocks: BlockGrid;
  /** Calls with each part that comes; asks for what is missing. Returns what ends that. */
  follow(model: Model, arrived: (part: number) => void): () => void;
}

/** On their way at a time: while one is unpacked the next ones travel. */
const ON_THE_WAY = 3;
/** A kernel that computes answers late; one that is gone, never. */
const PATIENCE_MS = 8000;

const stores = new Map<string, VolumeStore & { views: number }>();

/** The store of a widget. A view that is closed lets go of it; the last one frees the memory. */
export function shareStore(key: string, scan: VolumeScan): { store: VolumeStore; release: () => void } {
  const shared = stores.get(key) ?? Object.assign(createStore(scan), { views: 0 });
  stores.set(key, shared);
  shared.views++;
  return {
    store: shared,
    release() {
      if (--shared.views === 0) stores.delete(key);
    },
  };
}

function createStore(scan: VolumeScan): VolumeStore {
  const { size, slicesOfPart, masked } = scan;
  const plane = size[0] * size[1];
  const parts = Math.ceil(size[2] / slicesOfPart);
  const hu = new Int16Array(plane * size[2]);
  const maskValues = new Uint8Array(masked ? hu.length : 0);
  const raw = emptyBlocks(size);
  let blocks: BlockGrid | undefined;
  const here = new Set<number>();
  const asked = new Map<number, number>();
  const listeners = new Set<(part: number) => void>();

  const ask = (model: Model): void => {
    const late = performance.now() - PATIENCE_MS;
    for (const [part, atMs] of asked) if (atMs < late) asked.delete(part);
    const missing = Array.from({ length: parts }, (_, part) => part)
      .filter((part) => !here.has(part) && !asked.has(part))
      .slice(0, Math.max(0, ON_THE_WAY - asked.size));
    for (const part of missing) {
      asked.set(part, performance.now());
      const message: PartsMessage = { parts: [part] };
      model.send(message);
    }
  };
  const receive = (part: number, values: DataView, mask: DataView | undefined): void => {
    asked.delete(part);
    if (here.has(part)) return;
    const [first, count] = slicesIn(scan, part);
    const length = plane * count;
    const slices = hu.subarray(first * plane, first * plane + length);
    if (values.byteLength !== 2 * length) return; // of a kernel that has another volume now
    new Uint8Array(slices.buffer, slices.byteOffset, 2 * length).set(bytesIn(values));
    const inMask = maskValues.subarray(first * plane, first * plane + (masked ? length : 0));
    if (masked && mask !== undefined)
      for (const [at, value] of bytesIn(mask).entries()) inMask[at] = value > 0 ? 255 : 0;
    fillBlocks(raw, size, first, slices, inMask);
    blocks = undefined;
    here.add(part);
    for (const arrived of listeners) arrived(part);
  };
  return {
    ...{ hu, maskValues, parts },
    get here() {
      return [...here];
    },
    get blocks() {
      blocks ??= withNeighbours(raw);
      return blocks;
    },
    follow(model, arrived) {
      const listen = (content: unknown, buffers: readonly DataView[]): void => {
        const { parts: came } = content as Partial<PartsMessage>;
        if (came === undefined) return; // another message than an answer
        for (const [at, part] of came.entries()) receive(part, buffers[2 * at]!, buffers[2 * at + 1]);
        ask(model);
      };
      listeners.add(arrived);
      model.on('msg:custom', listen);
      ask(model);
      const again = setInterval(() => here.size < parts && ask(model), PATIENCE_MS / 2);
      return () => {
        clearInterval(again);
        listeners.delete(arrived);
        model.off('msg:custom', listen);
      };
    },
  };
}

function bytesIn({ buffer, byteOffset, byteLength }: DataView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
