import { join, resolve } from 'node:path';
import { Argument } from 'commander';
import { performanceFigure } from '../figures/performanceFigure.js';
import { PERFORMANCE_MEASURED, type PerformanceSeries, readPerformance } from '../gpu/performance.js';
import { writeFileAtomically } from '../paths.js';
import { printJson } from './options.js';
import type { RegisterCommand } from './program.js';

interface FigureFlags {
  readonly measured: string;
  readonly out: string;
  readonly json?: boolean;
}

export const registerFigureCommand: RegisterCommand = (program) => {
  program
    .command('figure')
    .description(
      'Draws what stands in data/: `performance` is the table of 2018 (1 GPU beside 4) beside our own scaling.',
    )
    .addArgument(new Argument('<name>', 'what to draw').choices(['performance']))
    .option('--measured <file>', 'own speeds, in the form of the default', PERFORMANCE_MEASURED)
    .option('--out <folder>', 'folder that receives performance.svg', 'images')
    .option('--json', 'one JSON document on stdout: {series:[{name, scaling, points:[...]}], files}')
    .action(drawFigure);
};

function drawFigure(name: string, { measured, out, json }: FigureFlags): void {
  const series = [...readPerformance(), ...readPerformance(resolve(measured))];
  const files = { figure: join(resolve(out), `${name}.svg`) };
  writeFileAtomically(files.figure, performanceFigure(series).svg());
  if (json === true) printJson({ series, files });
  else process.stdout.write(`${series.map(seriesText).join('')}${files.figure}\n`);
}

function seriesText({ name, scaling, points }: PerformanceSeries): string {
  const rows = points.map(
    ({ devices, machine, batch, patchesPerSecond, speedup, efficiency, secondsPerEpoch }) =>
      `  ${String(devices).padStart(2)} on ${machine.padEnd(14)} batch ${String(batch).padStart(3)}  ${patchesPerSecond.toFixed(1).padStart(6)} patches/s  ${speedup.toFixed(2)}x  efficiency ${(100 * efficiency).toFixed(1).padStart(5)} %${secondsPerEpoch === null ? '' : `  (${secondsPerEpoch} s an epoch)`}\n`,
  );
  return `${name} (${scaling})\n${rows.join('')}`;
}
