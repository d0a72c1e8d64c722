import { halfFloats } from '../halfFloat.js';
import { raysOf } from '../rays.js';
import type { PictureSize } from '../volumeCamera.js';
import { slicesIn } from '../volumeState.js';
import { type ContextHolder, holdContext, letContextGo } from './contextPool.js';
import { createRayCaster, type Look, type RayCaster } from './rayCaster.js';
import type { VolumeModel } from './volumeModel.js';
import type { VolumeStore } from './volumeStore.js';

/** The rays' picture: coarse while it moves, fine when it rests. */
export interface VolumePicture {
  /** The last one that is whole; its size is in pixels of the screen. */
  readonly canvas: HTMLCanvasElement;
  /** Whether it is fine, and of all voxels. */
  readonly complete: boolean;
  /** Why there is none. */
  readonly why: string | undefined;
  /** What it took to draw the last one that moved, and how fine it was (1: every pixel of the screen). */
  readonly lastFrame: { readonly ms: number; readonly density: number };
  /** Draws anew before the next frame. */
  changed(): void;
  layOut(size: PictureSize): void;
  close(): void;
}

/** What a frame may take while it moves, and a piece of one while it rests. */
const FRAME_MS = 50;
/** Each costs something of itself, in Firefox without a graphics card 0.2 s: 217 of them took a minute. */
const MOST_PIECES = 40;
const COARSEST = 0.15;
const REST_MS = 160;
let halves: Uint16Array | undefined;

export function createVolumePicture(
  viewer: VolumeModel,
  store: VolumeStore,
  isSeen: () => boolean,
  drawn: () => void,
): VolumePicture {
  const { scan } = viewer;
  const canvas = document.createElement('canvas');
  let size: PictureSize = { width: 1, height: 1 };
  let caster: RayCaster | undefined;
  let why: string | undefined;
  /** Parts that are in the textures. */
  let uploaded = new Set<number>();
  let density = 0.35;
  let lastFrame = { ms: 0, density };
  let complete = false;
  let waiting = false;
  let closed = false;
  let rest: ReturnType<typeof setTimeout> | undefined;
  let band: { next: number; of: number } | undefined;

  const holder: ContextHolder = {
    isSeen,
    isBusy: () => isSeen() && !complete,
    release() {
      caster?.close();
      caster = undefined;
      uploaded = new Set();
      band = undefined;
    },
  };
  const open = (): RayCaster | undefined => {
    if (caster?.isLost()) holder.release();
    if (caster !== undefined || why !== undefined) return caster;
    const made = createRayCaster(scan.size, scan.masked);
    if ('why' in made) why = made.why;
    else caster = made;
    return caster;
  };
  const upload = (to: RayCaster): void => {
    halves ??= halfFloats();
    const plane = scan.size[0] * scan.size[1];
    for (const part of store.here) {
      if (uploaded.has(part)) continue;
      const [first, count] = slicesIn(scan, part);
      const hu = store.hu.subarray(first * plane, (first + count) * plane);
      const values = new Uint16Array(hu.length);
      for (let at = 0; at < hu.length; at++) values[at] = halves[hu[at]! & 0xffff]!;
      const mask = store.maskValues.subarray(first * plane, (first + count) * plane);
      to.upload(first, { count, halves: values, mask });
      uploaded.add(part);
    }
  };
  const look = (share: number): Look => {
    const pixels = globalThis.devicePixelRatio || 1;
    return {
      width: Math.max(1, Math.round(size.width * pixels * share)),
      height: Math.max(1, Math.round(size.height * pixels * share)),
      rays: raysOf(scan, viewer.camera, viewer.cut, size),
      ...{ mode: viewer.mode, window: viewer.window, depthMm: viewer.depthMm, mask: viewer.mask },
      blocks: store.blocks,
    };
  };
  const keep = (from: RayCaster): void => {
    Object.assign(canvas, { width: from.canvas.width, height: from.canvas.height });
    canvas.getContext('2d')!.drawImage(from.canvas, 0, 0);
  };
  const coarse = (): void => {
    const to = open();
    if (to === undefined || store.here.length === 0) return drawn();
    holdContext(holder);
    upload(to);
    band = undefined;
    complete = false;
    const start = performance.now();
    to.draw(look(density));
    const ms = performance.now() - start;
    lastFrame = { ms, density };
    // For whoever measures: performance.getEntriesByName('voxlab frame').
    performance.measure('voxlab frame', { start, detail: density });
    keep(to);
    density = Math.max(COARSEST, Math.min(1, density * Math.sqrt(FRAME_MS / Math.max(1, ms))));
    drawn();
    clearTimeout(rest);
    if (store.here.length === store.parts) rest = setTimeout(fine, REST_MS);
  };
  /** In pieces, so that the page answers meanwhile. */
  const fine = (): void => {
    if (closed || !isSeen()) return; // it begins anew when it is seen
    const to = open();
    if (to === undefined) return;
    holdContext(holder);
    upload(to);
    const wholeMs = lastFrame.ms / lastFrame.density ** 2;
    band ??= { next: 0, of: Math.min(MOST_PIECES, Math.max(1, Math.ceil(wholeMs / FRAME_MS))) };
    const { next, of } = band;
    to.draw(look(1), { from: next, to: next + 1, of });
    band.next++;
    if (band.next < of) {
      rest = setTimeout(fine);
      return;
    }
    band = undefined;
    keep(to);
    complete = true;
    drawn();
  };
  return {
    canvas,
    get complete() {
      return complete;
    },
    get why() {
      return why;
    },
    get lastFrame() {
      return lastFrame;
    },
    changed() {
      complete = false;
      if (waiting || !isSeen()) return; // the view says when it comes in sight
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        if (!closed) coarse();
      });
    },
    layOut(room) {
      size = room;
      this.changed();
    },
    close() {
      closed = true;
      clearTimeout(rest);
      letContextGo(holder);
      holder.release();
    },
  };
}
