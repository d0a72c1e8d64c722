import { sliceValues } from '../../figures/slicePlane.js';
import type { Volume, VoxelArray } from '../../volumes/volume.js';
import type { SavedViewer, SliceRequest, SlicesMessage, ViewerScan } from '../viewerState.js';
import type { Model } from './anywidget.js';
import { element } from './elements.js';
import viewer from './sliceViewer.js';

type Listener = (...values: never[]) => void;

/** In place of a kernel: slices are cut here. */
function savedModel(state: Record<string, unknown>, volume: Volume, overlay: Volume | undefined): Model {
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

async function bytesOf(packed: string): Promise<Uint8Array> {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The way back of savedVolume.ts: low bytes, high bytes; differences along a row. */
function valuesOf(bytes: Uint8Array, width: number): Int16Array {
  const values = new Int16Array(bytes.length / 2);
  for (let at = 0; at < values.length; at++) {
    const step = bytes[at]! | (bytes[values.length + at]! << 8);
    values[at] = step + (at % width === 0 ? 0 : values[at - 1]!);
  }
  return values;
}

async function open(picture: Element, data: Element): Promise<void> {
  const { state, volume, style } = JSON.parse(data.textContent ?? '') as SavedViewer & { style: string };
  const { geometry } = volume;
  const onGrid = (values: VoxelArray): Volume => ({ ...geometry, data: values });
  const hu = onGrid(valuesOf(await bytesOf(volume.hu), geometry.size[0]));
  const overlay = volume.overlay === undefined ? undefined : onGrid(await bytesOf(volume.overlay));
  const el = element('div', { class: 'voxlab-saved' });
  document.head.append(element('style', {}, style));
  picture.replaceWith(el);
  viewer.render({ model: savedModel({ ...state }, hu, overlay), el });
}

const script = document.currentScript;
const data = script?.previousElementSibling;
const picture = data?.previousElementSibling;
// Where it cannot be opened, by an older browser, the picture stays.
if (data && picture) void open(picture, data);
