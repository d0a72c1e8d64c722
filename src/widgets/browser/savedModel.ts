import { sliceValues } from '../../figures/slices/slicePlane.js';
import type { Volume, VoxelArray } from '../../volumes/voxels/volume.js';
import { axesOf } from '../viewerSlices.js';
import type { SliceRequest, SlicesMessage, ViewerScan } from '../viewerState.js';
import type { Model } from './anywidget.js';

type Listener = (...values: never[]) => void;

/** What a kernel would answer with: a buffer for each slice, and one more of each where there is an overlay. */
type Answer = (message: SlicesMessage) => DataView[];

/** In place of a kernel: slices are cut here. */
export function savedModel(state: Record<string, unknown>, answer: Answer): Model {
  const listeners = new Map<string, Set<Listener>>();
  const tell = (event: string, ...values: unknown[]): void => {
    for (const listener of listeners.get(event) ?? []) (listener as (...all: unknown[]) => void)(...values);
  };
  return {
    get: (key) => state[key],
    set(key, value) {
      state[key] = value;
      tell(`change:${key}`);
    },
    save_changes() {},
    send(content) {
      const asked = content as SlicesMessage;
      const isQuestion = (content as Partial<SlicesMessage>).slices !== undefined;
      const buffers = isQuestion ? answer(asked) : [];
      queueMicrotask(() => tell('msg:custom', isQuestion ? asked : { pong: true }, buffers));
    },
    on(event: string, listener: Listener) {
      listeners.set(event, (listeners.get(event) ?? new Set()).add(listener));
    },
    off(event: string, listener: Listener) {
      listeners.get(event)?.delete(listener);
    },
  };
}

/** Slices of a saved scan, and of what lies over it. */
export function cutSlices(scan: ViewerScan, volume: Volume, overlay: Volume | undefined): Answer {
  const cut = (of: Volume, slice: SliceRequest): DataView =>
    viewOf(sliceValues(of, axesOf(scan, slice), slice.level));
  return ({ slices }) =>
    [volume, ...(overlay ? [overlay] : [])].flatMap((of) => slices.map((slice) => cut(of, slice)));
}

export function viewOf({ buffer, byteOffset, byteLength }: VoxelArray): DataView {
  return new DataView(buffer as ArrayBuffer, byteOffset, byteLength);
}

export async function bytesOf(packed: string): Promise<Uint8Array> {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The way back of savedVolume.ts: low bytes, high bytes; differences along a row. */
export function valuesOf(bytes: Uint8Array, width: number): Int16Array {
  const values = new Int16Array(bytes.length / 2);
  for (let at = 0; at < values.length; at++) {
    const step = bytes[at]! | (bytes[values.length + at]! << 8);
    values[at] = step + (at % width === 0 ? 0 : values[at - 1]!);
  }
  return values;
}
