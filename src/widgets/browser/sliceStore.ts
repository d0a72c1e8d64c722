import type { SliceRequest, SlicesMessage } from '../viewerState.js';
import type { CleanUp, Model } from './anywidget.js';

/** Slices that have come from the kernel, and those that are asked for. */
export interface SliceStore {
  /** The slice (int16 HU, as seen), if it is here. */
  get(slice: SliceRequest): Int16Array | undefined;
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
  const kept = new Map<string, Int16Array>();
  let keptBytes = 0;
  let wanted: readonly SliceRequest[] = [];
  let asked: { number: number; atMs: number } | undefined;
  let last = 0;

  const keep = (key: string, pixels: Int16Array): void => {
    if (!kept.has(key)) keptBytes += pixels.byteLength;
    kept.set(key, pixels);
    for (const [oldest, { byteLength }] of kept) {
      if (keptBytes <= KEPT_BYTES) break;
      kept.delete(oldest);
      keptBytes -= byteLength;
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
    for (const [index, slice] of slices.entries()) keep(keyOf(slice), pixelsOf(buffers[index]!));
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

/** Bytes may begin at an odd place of the message, where no Int16Array can. */
function pixelsOf({ buffer, byteOffset, byteLength }: DataView): Int16Array {
  return new Int16Array(buffer.slice(byteOffset, byteOffset + byteLength));
}
