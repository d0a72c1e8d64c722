/** Voxels before and behind an axis, as TensorFlow's SAME pads: the far side has the odd one. */
export function samePaddingOfAxis(length: number, kernel: number, stride: number): [number, number] {
  const total = Math.max(0, (Math.ceil(length / stride) - 1) * stride + kernel - length);
  const before = Math.floor(total / 2);
  return [before, total - before];
}
