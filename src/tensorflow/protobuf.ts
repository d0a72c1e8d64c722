/** The two kinds of fields that voxlab's messages have, in protobuf's wire format. */

/** A field that holds a whole number of at least 0. */
export function numberField(field: number, value: number): number[] {
  return [...varint(field << 3), ...varint(value)];
}

/** A field that holds a text or another message. */
export function bytesField(field: number, content: string | readonly number[]): number[] {
  const bytes = typeof content === 'string' ? [...Buffer.from(content)] : content;
  return [...varint((field << 3) | 2), ...varint(bytes.length), ...bytes];
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}
