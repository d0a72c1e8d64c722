/** What a stream of JPEG, JPEG-LS or JPEG 2000 says of itself. */
export interface JpegStream {
  readonly columns: number;
  readonly rows: number;
  readonly components: number;
  /** Bits of a value. */
  readonly precision: number;
}

/** Ends every stream of the three; nothing else in one has these bytes. */
const END = Buffer.from([0xff, 0xd9]);
/** Starts a codestream of JPEG 2000, also one in a file of its own. */
const CODESTREAM = Buffer.from([0xff, 0x4f, 0xff, 0x51]);

/** The size that stands in a stream's header; undefined where there is none, or no end mark: it is corrupt or cut short. */
export function jpegStreamOf(bytes: Buffer): JpegStream | undefined {
  if (bytes.lastIndexOf(END) < 0) return undefined;
  const at = bytes.indexOf(CODESTREAM);
  try {
    return at >= 0 && bytes.readUInt16BE(0) !== 0xffd8 ? codestream(bytes, at + 4) : frameHeader(bytes);
  } catch (error) {
    // A number outside of its bytes.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** ITU-T T.800 A.5.1, from the segment's length on. */
function codestream(bytes: Buffer, at: number): JpegStream {
  const [width, height, left, top] = [4, 8, 12, 16].map((offset) => bytes.readUInt32BE(at + offset));
  return {
    columns: width! - left!,
    rows: height! - top!,
    components: bytes.readUInt16BE(at + 36),
    precision: 1 + (bytes.readUInt8(at + 38) & 127),
  };
}

/** ITU-T T.81 B.2.2 and T.87 C.2.2: the first start of a frame among the segments. */
function frameHeader(bytes: Buffer): JpegStream | undefined {
  for (let at = 2; bytes.readUInt8(at) === 0xff; ) {
    const marker = bytes.readUInt8(at + 1);
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (isFrame(marker))
      return {
        precision: bytes.readUInt8(at + 4),
        rows: bytes.readUInt16BE(at + 5),
        columns: bytes.readUInt16BE(at + 7),
        components: bytes.readUInt8(at + 9),
      };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

/** Not those that define tables of codes (C4), or are reserved (C8, CC). */
function isFrame(marker: number): boolean {
  return (
    marker === 0xf7 ||
    (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc)
  );
}
