/** A mark on an axis. */
export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** Round values (1, 2 or 5 times a power of ten) inside [low, high], about `count` of them. */
export function linearTicks(low: number, high: number, count: number): Tick[] {
  if (!(high > low)) return [{ value: low, label: String(low) }];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks: Tick[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++)
    ticks.push({ value: i * step, label: (i * step).toFixed(decimals) });
  return ticks;
}

/** Powers of ten inside [low, high]: 1e-6, 1e-5, ... */
export function decadeTicks(low: number, high: number): Tick[] {
  const ticks: Tick[] = [];
  for (let power = Math.ceil(Math.log10(low) - 1e-9); power <= Math.log10(high) + 1e-9; power++)
    ticks.push({ value: 10 ** power, label: power === 0 ? '1' : `1e${power}` });
  return ticks;
}

/** Powers of two inside [low, high], below one as fractions: 1/8, 1/4, 1/2, 1, 2, ... */
export function powerTicks(low: number, high: number): Tick[] {
  const ticks: Tick[] = [];
  for (let power = Math.ceil(Math.log2(low)); power <= Math.log2(high); power++)
    ticks.push({ value: 2 ** power, label: power < 0 ? `1/${2 ** -power}` : String(2 ** power) });
  return ticks;
}

/** A tick for each name, at 0, 1, 2, ...; of more than `count`, one of each so many. */
export function nameTicks(names: readonly string[], count: number): Tick[] {
  const step = Math.max(1, Math.ceil(names.length / count));
  return names.flatMap((label, value) => (value % step === 0 ? [{ value, label }] : []));
}

const SECOND = 1000;
const TIME_STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * 60 * SECOND),
  ...[1, 2, 3, 6, 12].map((n) => n * 3600 * SECOND),
  ...[1, 2, 7, 14, 30, 90, 365].map((n) => n * 86400 * SECOND),
];

/** Round clock times inside [low, high], in milliseconds; days when the step is a day or more. */
export function timeTicks(low: number, high: number, count: number): Tick[] {
  const step = TIME_STEPS.find((candidate) => (high - low) / candidate <= count) ?? TIME_STEPS.at(-1)!;
  const ticks: Tick[] = [];
  for (let value = Math.ceil(low / step) * step; value <= high; value += step) {
    const text = new Date(value).toISOString();
    ticks.push({
      value,
      label: step >= 86400 * SECOND ? text.slice(0, 10) : text.slice(11, step < 60 * SECOND ? 19 : 16),
    });
  }
  return ticks;
}
