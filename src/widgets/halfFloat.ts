/** Whole numbers from -32768 to 32767 as 16-bit floats (IEEE 754), which are exact to 2048: textures of them are interpolated. */
export function halfFloats(): Uint16Array {
  const table = new Uint16Array(65_536);
  for (let value = -32_768; value < 32_768; value++) table[value & 0xffff] = halfFloat(value);
  return table;
}

/** Of a whole number, rounded to the nearest; ties to even. */
function halfFloat(value: number): number {
  const size = Math.abs(value);
  if (size === 0) return 0;
  const exponent = Math.floor(Math.log2(size));
  const unit = 2 ** Math.max(0, exponent - 10);
  const steps = size / unit;
  const isTie = steps % 1 === 0.5;
  const rounded = unit * (isTie ? 2 * Math.round(steps / 2) : Math.round(steps));
  const power = Math.floor(Math.log2(rounded));
  return (value < 0 ? 0x8000 : 0) | ((power + 15) << 10) | ((rounded / 2 ** power - 1) * 1024);
}
