import type { Vector3 } from '../../volumes/voxels/volume.js';
import { BLOCK, type BlockGrid } from '../blockGrid.js';
import type { Rays } from '../rays.js';
import type { MaskShown, VolumeMode } from '../volumeState.js';
import { FRAGMENT, VERTEX } from './rayShader.js';

/** Draws a volume with WebGL2, from textures that take 2 bytes a voxel, and 1 more for a mask. */
export interface RayCaster {
  readonly canvas: HTMLCanvasElement;
  /** Slices from `first` on: half floats of HU, and the mask, 0 or 255 (empty: none). */
  upload(first: number, slices: UploadedSlices): void;
  /** Rows of the picture from `from` to `to` of `of` equal parts; the others stay. Waits until they are there. */
  draw(look: Look, band?: { readonly from: number; readonly to: number; readonly of: number }): void;
  /** Whether the browser has taken the context. */
  isLost(): boolean;
  /** Gives the context back. */
  close(): void;
}

export interface UploadedSlices {
  readonly count: number;
  readonly halves: Uint16Array;
  readonly mask: Uint8Array;
}

/** What the picture is made of. */
export interface Look {
  readonly width: number;
  readonly height: number;
  readonly rays: Rays;
  readonly mode: VolumeMode;
  readonly window: readonly [number, number];
  readonly depthMm: readonly [number, number];
  readonly mask: MaskShown;
  /** With their neighbours. */
  readonly blocks: BlockGrid;
}

/** Of a voxel: surfaces are smooth then. */
const LIT_STEP = 0.65;
const MASKS: Readonly<Record<MaskShown, number>> = { off: 0, coloured: 1, alone: 2 };

/** Undefined where there is no WebGL2, or the volume is too large for it: then the reason is said. */
export function createRayCaster(size: Vector3, masked: boolean): RayCaster | { readonly why: string } {
  const canvas = document.createElement('canvas');
  const gl = canvas.getContext('webgl2', {
    ...{ alpha: false, antialias: false, depth: false, preserveDrawingBuffer: true },
    powerPreference: 'high-performance',
  });
  if (gl === null) return { why: 'This browser has no WebGL2' };
  const most = gl.getParameter(gl.MAX_3D_TEXTURE_SIZE) as number;
  if (size.some((count) => count > most))
    return { why: `WebGL2 takes at most ${most} voxels along an axis here` };
  const program = programOf(gl);
  const place = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(program, name);
  const places = Object.fromEntries(
    [
      ...'origin right up forward size halfMm depthMm window cut toWorld stepMm lit lungsShown'.split(' '),
    ].map((name) => [name, place(name)]),
  );
  gl.useProgram(program);
  const hu = texture3d(gl, 0, gl.R16F, size, gl.LINEAR);
  const lungs = texture3d(gl, 1, gl.R8, masked ? size : [1, 1, 1], gl.LINEAR);
  const cells = size.map((count) => Math.ceil(count / BLOCK)) as unknown as Vector3;
  const blocks = texture3d(gl, 2, gl.RG32F, cells, gl.NEAREST);
  for (const [unit, name] of ['hu', 'lungs', 'blocks'].entries()) gl.uniform1i(place(name), unit);
  gl.uniform3f(places.size!, ...size);
  const pixel = new Uint8Array(4);
  let drawnBlocks: Float32Array | undefined;
  const fill = (
    unit: number,
    first: number,
    [w, h]: Vector3,
    count: number,
    data: Uint16Array | Uint8Array,
  ) => {
    gl.activeTexture(gl.TEXTURE0 + unit);
    const [format, type] = unit === 0 ? [gl.RED, gl.HALF_FLOAT] : [gl.RED, gl.UNSIGNED_BYTE];
    gl.texSubImage3D(gl.TEXTURE_3D, 0, 0, 0, first, w, h, count, format, type, data);
  };
  return {
    canvas,
    upload(first, { count, halves, mask }) {
      fill(0, first, size, count, halves);
      if (mask.length > 0) fill(1, first, size, count, mask);
      drawnBlocks = undefined;
    },
    draw(look, band = { from: 0, to: 1, of: 1 }) {
      if (drawnBlocks !== look.blocks.values) {
        gl.activeTexture(gl.TEXTURE2);
        gl.texSubImage3D(gl.TEXTURE_3D, 0, 0, 0, 0, ...cells, gl.RG, gl.FLOAT, look.blocks.values);
        drawnBlocks = look.blocks.values;
      }
      if (canvas.width !== look.width || canvas.height !== look.height)
        Object.assign(canvas, { width: look.width, height: look.height });
      setLook(gl, places, look);
      const row = (part: number): number => Math.round((part * look.height) / band.of);
      gl.viewport(0, 0, look.width, look.height);
      gl.enable(gl.SCISSOR_TEST);
      gl.scissor(0, row(band.from), look.width, row(band.to) - row(band.from));
      gl.drawArrays(gl.TRIANGLES, 0, 3);
      gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel); // what it took is known then
    },
    isLost: () => gl.isContextLost(),
    close() {
      for (const one of [hu, lungs, blocks]) gl.deleteTexture(one);
      gl.getExtension('WEBGL_lose_context')?.loseContext();
    },
  };
}

function setLook(
  gl: WebGL2RenderingContext,
  places: Readonly<Record<string, WebGLUniformLocation | null>>,
  { rays, mode, window, depthMm, mask }: Look,
): void {
  for (const name of ['origin', 'right', 'up', 'forward'] as const)
    gl.uniform3f(places[name]!, ...rays[name]);
  gl.uniform2f(places.halfMm!, ...rays.halfMm);
  gl.uniform2f(places.depthMm!, ...depthMm);
  gl.uniform2f(places.window!, ...window);
  gl.uniform4f(places.cut!, ...rays.cut);
  gl.uniformMatrix3fv(places.toWorld!, true, rays.toWorld);
  gl.uniform1f(places.stepMm!, (mode === 'render' ? LIT_STEP : 1) * rays.stepMm);
  gl.uniform1i(places.lit!, mode === 'render' ? 1 : 0);
  gl.uniform1i(places.lungsShown!, MASKS[mask]);
}

function programOf(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram()!;
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(type)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost())
    throw new Error(
      `The volume's shader: ${gl.getProgramInfoLog(program)} ${gl
        .getAttachedShaders(program)
        ?.map((one) => gl.getShaderInfoLog(one))
        .join(' ')}`,
    );
  return program;
}

function texture3d(
  gl: WebGL2RenderingContext,
  unit: number,
  format: number,
  size: Vector3,
  filter: number,
): WebGLTexture {
  const made = gl.createTexture()!;
  gl.activeTexture(gl.TEXTURE0 + unit);
  gl.bindTexture(gl.TEXTURE_3D, made);
  gl.texStorage3D(gl.TEXTURE_3D, 1, format, ...size);
  for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T, gl.TEXTURE_WRAP_R])
    gl.texParameteri(gl.TEXTURE_3D, side, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_3D, gl.TEXTURE_MIN_FILTER, filter);
  gl.texParameteri(gl.TEXTURE_3D, gl.TEXTURE_MAG_FILTER, filter);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  return made;
}
