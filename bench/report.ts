/** One measured program of a benchmark. */
export interface BenchRow {
  readonly program: string;
  /** Median over the repetitions, in the benchmark's unit. */
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
  /** CPU seconds / wall seconds: below the number of threads where a neighbour took the machine. */
  readonly cpuShare?: number;
}

/** The outcome of a benchmark: all programs ran interleaved in one run, so that ratios hold and absolute times need not. */
export interface BenchReport {
  readonly name: string;
  readonly unit: string;
  readonly higherIsBetter: boolean;
  readonly repetitions: number;
  readonly rows: readonly BenchRow[];
  /** What was compared, and by how much: `ours / peer` above 1 is in our favour. */
  readonly ratios: readonly { readonly of: string; readonly ratio: number; readonly target?: number }[];
  readonly machine: string;
  readonly notes: readonly string[];
}

/** Median, least and greatest of some times or rates. */
export function spread(program: string, values: readonly number[], cpuShare?: number): BenchRow {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    program,
    median: sorted[sorted.length >> 1]!,
    minimum: sorted[0]!,
    maximum: sorted.at(-1)!,
    ...(cpuShare === undefined ? {} : { cpuShare }),
  };
}

/** The report as a table for people. */
export function reportText({ name, unit, rows, ratios, repetitions, machine, notes }: BenchReport): string {
  const number = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
  const table = [
    ['program', `median ${unit}`, 'min', 'max', 'cpu/wall'],
    ...rows.map((row) => [
      row.program,
      ...[row.median, row.minimum, row.maximum].map(number),
      row.cpuShare === undefined ? '' : row.cpuShare.toFixed(2),
    ]),
  ];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((cells) => cells[column]!.length)));
  return [
    `${name}: ${repetitions} repetitions, interleaved, on ${machine}`,
    ...table.map(
      (cells) =>
        `  ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')}`,
    ),
    ...ratios.map(
      ({ of, ratio, target }) =>
        `  ${of}: ${ratio.toFixed(2)}x${target === undefined ? '' : ` (to reach: ${target}x)`}`,
    ),
    ...notes.map((note) => `  ${note}`),
    '',
  ].join('\n');
}
