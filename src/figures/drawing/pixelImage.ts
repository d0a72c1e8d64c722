/** An 8-bit picture, row after row from the top left: grey, or red, green, blue (and alpha) of each pixel one after the other. */
export interface PixelImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  /** Default: 1, grey. */
  readonly channels?: 1 | 3 | 4;
}
