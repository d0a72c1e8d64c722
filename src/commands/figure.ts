import { join, resolve } from 'node:path';
import { Argument } from 'commander';
import { awaitReadable } from '../awaitReadable.js';
import { UsageError } from '../errors.js';
import type { ReadersTablesRequest } from '../evaluation/readersTables.js';
import type { DrawnFigure } from '../figures/drawing/drawnFigure.js';
import { performanceFigure } from '../figures/performanceFigure.js';
import { PERFORMANCE_MEASURED, type PerformanceSeries, readPerformance } from '../gpu/performance.js';
import { writeFileAtomically } from '../paths.js';
import { percent } from '../percent.js';
import { FIGURE_KINDS, type FigureKind } from './figureKinds.js';
import { oneOf } from './options.js';
import type { RegisterCommand } from './registerCommand.js';
import { print, printJson } from './standardStreams.js';

interface FigureFlags extends ReadersTablesRequest {
  readonly measured?: string;
  readonly format: 'svg' | 'png';
  readonly theme: 'light' | 'dark';
  readonly out: string;
  readonly json?: boolean;
}

const PERFORMANCE = 'performance';

export const registerFigureCommand: RegisterCommand = (program) => {
  program
    .command('figure')
    .description('Draws a figure from what is there: a run, its scores, a patch file, a log of GPU use.')
    .addArgument(new Argument('<name>', 'what to draw').choices([...Object.keys(FIGURE_KINDS), PERFORMANCE]))
    .argument('[source...]', 'what it is drawn from, see below')
    .option(
      '--measured <file>',
      `${PERFORMANCE}: own speeds, in the form of data/performance/measured.json (default: that)`,
    )
    .option('--annotations <file>', "froc: CSV of the readers' nodules, as in `evaluate`")
    .option('--excluded <file>', 'froc: CSV of findings that are ignored, as in `evaluate`')
    .option('--format <name>', 'svg or png', oneOf('svg', 'png'), 'svg')
    .option('--theme <name>', 'light or dark', oneOf('light', 'dark'), 'light')
    .option('--out <folder>', 'folder that receives NAME.svg or NAME.png', 'images')
    .option(
      '--json',
      `one JSON document on stdout: {name, title, says:[...], files}; of ${PERFORMANCE} {series:[{name, scaling, points:[...]}], files}`,
    )
    .addHelpText('after', tableOfKinds())
    .action(drawNamed);
};

/** A line or two a figure. */
function tableOfKinds(): string {
  const rows = Object.entries(FIGURE_KINDS).map(
    ([name, { needs, shows }]) => `  ${name.padEnd(14)} ${shows}\n${' '.repeat(17)}from ${needs}\n`,
  );
  const last = `  ${PERFORMANCE.padEnd(14)} the table of 2018 (1 GPU beside 4) beside our own scaling, and the ideal\n`;
  return `\nNames:\n${rows.join('')}${last}`;
}

async function drawNamed(name: string, sources: readonly string[], flags: FigureFlags): Promise<void> {
  const kind = FIGURE_KINDS[name];
  requireFit(name, kind, sources, flags);
  if (kind === undefined) {
    drawPerformance(flags);
    return;
  }
  const paths = sources.map((source) => resolve(source));
  for (const path of paths) await awaitReadable(path);
  const figure = await kind.draw(paths, flags);
  const files = { figure: writeFigure(name, figure, flags) };
  const [title, ...says] = figure.text().split('\n');
  if (flags.json === true) printJson({ name, title, says, files });
  else print(`${title!}\n${says.map((line) => `  ${line}\n`).join('')}${files.figure}\n`);
}

/** Nothing that was said is left alone in silence. */
function requireFit(
  name: string,
  kind: FigureKind | undefined,
  sources: readonly string[],
  { measured, annotations, excluded }: FigureFlags,
): void {
  const most = kind === undefined ? 0 : (kind.most ?? 1);
  if (sources.length > most || (most > 0 && sources.length === 0))
    throw new UsageError(
      `figure ${name}: expected ${most === 0 ? 'no source' : most === 1 ? `one source, ${kind!.needs}` : `1 to ${most} sources, ${kind!.needs}`}, received ${sources.length}`,
    );
  const strange = [
    ...(kind !== undefined && measured !== undefined ? ['--measured'] : []),
    ...(kind?.takesTables !== true && annotations !== undefined ? ['--annotations'] : []),
    ...(kind?.takesTables !== true && excluded !== undefined ? ['--excluded'] : []),
  ];
  if (strange.length > 0)
    throw new UsageError(
      `figure ${name} takes no ${strange.join(', ')}: \`voxlab figure --help\` says what each takes`,
    );
}

function drawPerformance(flags: FigureFlags): void {
  const series = [...readPerformance(), ...readPerformance(resolve(flags.measured ?? PERFORMANCE_MEASURED))];
  const files = { figure: writeFigure(PERFORMANCE, performanceFigure(series), flags) };
  if (flags.json === true) printJson({ series, files });
  else print(`${series.map(seriesText).join('')}${files.figure}\n`);
}

/** Returns its path. */
function writeFigure(name: string, figure: DrawnFigure, { out, format, theme }: FigureFlags): string {
  const file = join(resolve(out), `${name}.${format}`);
  writeFileAtomically(file, format === 'svg' ? figure.svg(theme) : figure.png(theme));
  return file;
}

function seriesText({ name, scaling, points }: PerformanceSeries): string {
  const rows = points.map(
    ({ devices, machine, batch, patchesPerSecond, speedup, efficiency, secondsPerEpoch }) =>
      `  ${String(devices).padStart(2)} on ${machine.padEnd(14)} batch ${String(batch).padStart(3)}  ${patchesPerSecond.toFixed(1).padStart(6)} patches/s  ${speedup.toFixed(2)}x  efficiency ${percent(efficiency).padStart(7)}${secondsPerEpoch === null ? '' : `  (${secondsPerEpoch} s an epoch)`}\n`,
  );
  return `${name} (${scaling})\n${rows.join('')}`;
}
