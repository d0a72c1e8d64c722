import { join, parse, resolve } from 'node:path';
import { figurePage } from '../figures/figurePage.js';
import { gpuMemoryFigure, gpuUtilizationFigure } from '../figures/gpuUseFigures.js';
import { toJsonLines } from '../gpu/gpuJsonLines.js';
import type { GpuLog } from '../gpu/gpuRecord.js';
import { readGpuLog } from '../gpu/readGpuLog.js';
import { type GpuSummary, summariseGpuLog } from '../gpu/summary.js';
import { writeFileAtomically } from '../paths.js';
import { printJson } from './options.js';
import type { RegisterCommand } from './program.js';

export const registerGpuCommand: RegisterCommand = (program) => {
  const gpu = program.command('gpu').description('GPU use and memory over time, from logs.');
  gpu
    .command('convert')
    .description('Prints a log (gpustat 0.x or 1.x text, or our own) as JSON lines, one a GPU and sample.')
    .argument('<file>', 'the log')
    .option('--json', 'accepted for uniformity: the output is JSON lines either way')
    .action((file: string) => {
      process.stdout.write(toJsonLines(read(file)));
    });
  gpu
    .command('summary')
    .description('Mean utilisation and idle share of each GPU, and over all that were used.')
    .argument('<file>', 'the log')
    .option('--json', 'one JSON document on stdout: {samples, devices:[...], meanPercent, idleShare}')
    .action((file: string, flags: { json?: boolean }) => {
      const summary = summariseGpuLog(read(file));
      if (flags.json === true) printJson(summary);
      else process.stdout.write(textOf(summary));
    });
  gpu
    .command('plot')
    .description('Draws utilisation and memory over time: two SVG files, and a page to zoom in.')
    .argument('<file>', 'the log')
    .option('--out <folder>', 'folder that receives the figures', 'images')
    .option('--json', 'one JSON document on stdout: {files}')
    .action(plot);
};

function plot(file: string, flags: { out: string; json?: boolean }): void {
  const log = read(file);
  const charts = { usage: gpuUtilizationFigure(log), memory: gpuMemoryFigure(log) };
  const target = (ending: string): string => join(resolve(flags.out), `${parse(file).name}-${ending}`);
  const files = { usage: target('usage.svg'), memory: target('memory.svg'), page: target('gpu.html') };
  writeFileAtomically(files.usage, charts.usage.svg());
  writeFileAtomically(files.memory, charts.memory.svg());
  writeFileAtomically(files.page, figurePage(`GPU use: ${parse(file).base}`, Object.values(charts)));
  if (flags.json === true) printJson({ files });
  else process.stdout.write(`${Object.values(files).join('\n')}\n`);
}

function read(file: string): GpuLog {
  const log = readGpuLog(resolve(file));
  if (log.ignoredLines.length > 0)
    process.stderr.write(
      `note: ${log.ignoredLines.length} lines are no part of a sample and were left out (first: line ${log.ignoredLines[0]})\n`,
    );
  return log;
}

function textOf({ samples, firstTime, lastTime, devices, meanPercent, idleShare }: GpuSummary): string {
  const percent = (value: number | null, digits = 1): string =>
    value === null ? '?' : value.toFixed(digits);
  const rows = devices.map(
    (device) =>
      `  GPU ${device.index}  ${(device.name ?? '?').padEnd(16)} ${device.used ? `mean ${percent(device.meanPercent).padStart(5)} %, idle ${percent(device.idleShare === null ? null : 100 * device.idleShare).padStart(5)} % of samples, at most ${device.peakMemoryMiB ?? '?'} MiB` : 'not used'}`,
  );
  return `${samples} samples from ${firstTime} to ${lastTime}\n${rows.join('\n')}\n  all used  mean ${percent(meanPercent)} %, idle ${percent(idleShare === null ? null : 100 * idleShare)} % of samples\n`;
}
