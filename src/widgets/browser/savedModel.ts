import { sliceValues } from '../../figures/slicePlane.js';
import type { Volume } from '../../volumes/volume.js';
import type { SliceRequest, SlicesMessage, ViewerScan } from '../viewerState.js';
import type { Model } from './anywidget.js';

type Listener = (...values: never[]) => void;

/** In place of a kernel: slices are cut here. */
export function savedModel(
  state: Record<string, unknown>,
  volume: Volume,
  overlay: Volume | undefined,
): Model {
  const listeners = new Map<string, Set<Listener>>();
  const tell = (event: string, ...values: unknown[]): void => {
    for (const listener of listeners.get(event) ?? []) (listener as (...all: unknown[]) => void)(...values);
  };
  const scan = state.scan as ViewerScan;
  const cut = (of: Volume, { plane, level }: SliceRequest): DataView => {
    const values = sliceValues(of, scan.planes.find(({ name }) => name === plane)!, level);
    return new DataView(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
  };
  return {
    get: (key) => state[key],
    set(key, value) {
      state[key] = value;
      tell(`change:${key}`);
    },
    save_changes() {},
    send(content) {
      const { number, slices } = content as Partial<SlicesMessage>;
      const buffers = (slices ?? []).map((slice) => cut(volume, slice));
      if (overlay !== undefined) buffers.push(...(slices ?? []).map((slice) => cut(overlay, slice)));
      queueMicrotask(() =>
        tell('msg:custom', slices === undefined ? { pong: true } : { number, slices }, buffers),
      );
    },
    on(event: string, listener: Listener) {
      listeners.set(event, (listeners.get(event) ?? new Set()).add(listener));
    },
    off(event: string, listener: Listener) {
      listeners.get(event)?.delete(listener);
    },
  };
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
