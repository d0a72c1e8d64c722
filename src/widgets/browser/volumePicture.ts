import { halfFloats } from '../halfFloat.js';
import { raysOf } from '../rays.js';
import type { PictureSize } from '../volumeCamera.js';
import { slicesIn } from '../volumeState.js';
import { type ContextHolder, holdContext, letContextGo } from './contextPool.js';
import { createRayCaster, type Look, type RayCaster } from './rayCaster.js';
import type { VolumeModel } from './volumeModel.js';
import type { VolumeStore } from './volumeStore.js';

/** What a frame may take while it moves, and a piece of one while it rests. */
const FRAME_MS = 50;
/** Each costs something of itself, in Firefox without a graphics card 0.2 s: 217 of them took a minute. */
const MOST_PIECES = 40;
const COARSEST = 0.15;
const REST_MS = 160;
let halves: Uint16Array | undefined;

/** The rays' picture: coarse while it moves, fine when it rests. */
export class VolumePicture implements ContextHolder {
  /** The last one that is whole; its size is in pixels of the screen. */
  readonly canvas = document.createElement('canvas');
  /** Whether it is fine, and of all voxels. */
  complete = false;
  /** Why there is none. */
  why: string | undefined;
  /** What it took to draw the last one that moved, and how fine it was (1: every pixel of the screen). */
  lastFrame = { ms: 0, density: 0.35 };
  #size: PictureSize = { width: 1, height: 1 };
  #density = this.lastFrame.density;
  #caster: RayCaster | undefined;
  /** Parts that are in the textures. */
  #uploaded = new Set<number>();
  #waiting = false;
  #closed = false;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #band: { next: number; readonly of: number } | undefined;

  constructor(
    private readonly viewer: VolumeModel,
    private readonly store: VolumeStore,
    readonly isSeen: () => boolean,
    private readonly drawn: () => void,
  ) {}

  isBusy(): boolean {
    return this.isSeen() && !this.complete;
  }

  release(): void {
    this.#caster?.close();
    this.#caster = undefined;
    this.#uploaded = new Set();
    this.#band = undefined;
  }

  /** Draws anew before the next frame. */
  changed(): void {
    this.complete = false;
    if (this.#waiting || !this.isSeen()) return; // the view says when it comes in sight
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      if (!this.#closed) this.#drawCoarse();
    });
  }

  layOut(size: PictureSize): void {
    this.#size = size;
    this.changed();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#rest);
    letContextGo(this);
    this.release();
  }

  #drawCoarse(): void {
    const { store } = this;
    const caster = this.#open();
    if (caster === undefined || store.here.length === 0) return this.drawn();
    this.#hold(caster);
    this.#band = undefined;
    this.complete = false;
    const density = this.#density;
    const start = performance.now();
    caster.draw(this.#look(density));
    const ms = performance.now() - start;
    this.lastFrame = { ms, density };
    // For whoever measures: performance.getEntriesByName('voxlab frame').
    performance.measure('voxlab frame', { start, detail: density });
    this.#keep(caster);
    this.#density = Math.max(COARSEST, Math.min(1, density * Math.sqrt(FRAME_MS / Math.max(1, ms))));
    this.drawn();
    clearTimeout(this.#rest);
    if (store.here.length === store.parts) this.#rest = setTimeout(() => this.#drawFine(), REST_MS);
  }

  /** In pieces, so that the page answers meanwhile. */
  #drawFine(): void {
    if (this.#closed || !this.isSeen()) return; // it begins anew when it is seen
    const caster = this.#open();
    if (caster === undefined) return;
    this.#hold(caster);
    const wholeMs = this.lastFrame.ms / this.lastFrame.density ** 2;
    this.#band ??= { next: 0, of: Math.min(MOST_PIECES, Math.max(1, Math.ceil(wholeMs / FRAME_MS))) };
    const { next, of } = this.#band;
    caster.draw(this.#look(1), { from: next, to: next + 1, of });
    this.#band.next++;
    if (this.#band.next < of) {
      this.#rest = setTimeout(() => this.#drawFine());
      return;
    }
    this.#band = undefined;
    this.#keep(caster);
    this.complete = true;
    this.drawn();
  }

  #open(): RayCaster | undefined {
    if (this.#caster?.isLost()) this.release();
    if (this.#caster !== undefined || this.why !== undefined) return this.#caster;
    const made = createRayCaster(this.viewer.scan.size, this.viewer.scan.masked);
    if ('why' in made) this.why = made.why;
    else this.#caster = made;
    return this.#caster;
  }

  /** Keeps the context from other views, and brings what has come of the volume into its textures. */
  #hold(caster: RayCaster): void {
    holdContext(this);
    const { scan } = this.viewer;
    halves ??= halfFloats();
    const plane = scan.size[0] * scan.size[1];
    for (const part of this.store.here) {
      if (this.#uploaded.has(part)) continue;
      const [first, count] = slicesIn(scan, part);
      const hu = this.store.hu.subarray(first * plane, (first + count) * plane);
      const values = new Uint16Array(hu.length);
      for (let at = 0; at < hu.length; at++) values[at] = halves[hu[at]! & 0xffff]!;
      const mask = this.store.maskValues.subarray(first * plane, (first + count) * plane);
      caster.upload(first, { count, halves: values, mask });
      this.#uploaded.add(part);
    }
  }

  #look(share: number): Look {
    const { scan, camera, cut, mode, window, depthMm, mask } = this.viewer;
    const pixels = globalThis.devicePixelRatio || 1;
    return {
      width: Math.max(1, Math.round(this.#size.width * pixels * share)),
      height: Math.max(1, Math.round(this.#size.height * pixels * share)),
      rays: raysOf(scan, camera, cut, this.#size),
      ...{ mode, window, depthMm, mask, blocks: this.store.blocks },
    };
  }

  #keep({ canvas }: RayCaster): void {
    Object.assign(this.canvas, { width: canvas.width, height: canvas.height });
    this.canvas.getContext('2d')!.drawImage(canvas, 0, 0);
  }
}
