import { once } from 'node:events';
import { join, parse, resolve } from 'node:path';
import { figurePage } from '../figures/figurePage.js';
import { gpuMemoryBars, gpuMemoryFigure, gpuUtilizationFigure } from '../figures/gpuUseFigures.js';
import { useOverTimeOf } from '../figures/useOverTime.js';
import { toJsonLines } from '../gpu/logs/gpuJsonLines.js';
import { type GpuLogNotes, openGpuLog } from '../gpu/logs/readGpuLog.js';
import { summariseGpuSamples } from '../gpu/summary.js';
import { writeFileAtomically } from '../paths.js';
import { jsonWithoutControls } from '../withoutControls.js';
import { registerGpuRecord } from './gpuRecord.js';
import { gpuSummaryText } from './gpuSummaryText.js';
import { registerGpuTop } from './gpuTop.js';
import type { RegisterCommand } from './registerCommand.js';
import { print, printJson, say } from './standardStreams.js';

const FORMATS = `
A log is known by its content, packed by gzip or not: gpustat's text (0.x, 1.x) and gpustat --json, nvidia-smi --query-gpu=...
--format=csv, nvidia-smi dmon and pmon, CSV of nvitop's collector, and JSON lines of gpu convert. Lines that are damaged are
left out, counted and named on stderr. A GPU counts as used when its utilisation was ever above 0 %, a process was listed, or
more than 256 MiB were taken. docs/gpu-use.md says what is read of each.
`;
const FILE_NAMES = { usage: 'usage', memory: 'memory', memoryUse: 'memory-use' } as const;
const CHUNK_LETTERS = 1 << 16;

export const registerGpuCommand: RegisterCommand = (program) => {
  const gpu = program.command('gpu').description('GPU use and memory over time, from logs.');
  gpu.addHelpText('after', FORMATS);
  registerGpuRecord(gpu);
  registerGpuTop(gpu);
  gpu
    .command('convert')
    .description('Prints a log as JSON lines, one a GPU and sample; null where the log does not say.')
    .argument('<file>', 'the log')
    .option('--json', 'accepted for uniformity: the output is JSON lines either way')
    .action(convert);
  gpu
    .command('summary')
    .description(
      'What each GPU did, and all that were used: load, idle times, memory, energy, and what it means, in words.',
    )
    .argument('<file>', 'the log')
    .option(
      '--json',
      'one JSON document on stdout: {samples, devices:[...], meanPercent, idleShare, findings:[{rule, text, evidence}], ...}',
    )
    .action(summarise);
  gpu
    .command('plot')
    .description(
      'Draws utilisation, memory over time and the most memory that was taken: SVG and PNG files, and a page to zoom in.',
    )
    .argument('<file>', 'the log')
    .option('--out <folder>', 'folder that receives the figures', 'images')
    .option('--json', 'one JSON document on stdout: {files}')
    .action(plot);
};

async function convert(file: string): Promise<void> {
  const { samples, notes } = openGpuLog(resolve(file));
  let text = '';
  for await (const sample of samples) {
    text += jsonWithoutControls(toJsonLines(sample));
    if (text.length < CHUNK_LETTERS) continue;
    if (!(await isRead(text))) return;
    text = '';
  }
  process.stdout.write(text);
  reportIgnored(notes);
}

/** False once nobody reads on (`| head`): program.ts knows the error, and nothing more needs to be read. */
async function isRead(text: string): Promise<boolean> {
  const { stdout } = process;
  if (stdout.write(text)) return true;
  await Promise.race([once(stdout, 'drain'), once(stdout, 'close')]).catch(() => {});
  return stdout.writable;
}

async function summarise(file: string, flags: { json?: boolean }): Promise<void> {
  const { samples, notes } = openGpuLog(resolve(file));
  const summary = await summariseGpuSamples(samples);
  reportIgnored(notes);
  if (flags.json === true)
    printJson({ ...summary, format: notes.format, ignoredLines: notes.ignoredCount, ignored: notes.ignored });
  else print(gpuSummaryText(summary));
}

async function plot(file: string, flags: { out: string; json?: boolean }): Promise<void> {
  const { samples, notes } = openGpuLog(resolve(file));
  const use = await useOverTimeOf(samples);
  reportIgnored(notes);
  const figures = {
    usage: gpuUtilizationFigure(use),
    memory: gpuMemoryFigure(use),
    memoryUse: gpuMemoryBars(use),
  };
  const target = (ending: string): string => join(resolve(flags.out), `${parse(file).name}-${ending}`);
  const files: Record<string, string> = {};
  for (const [name, figure] of Object.entries(figures)) {
    files[name] = target(`${FILE_NAMES[name as keyof typeof figures]}.svg`);
    files[`${name}Png`] = target(`${FILE_NAMES[name as keyof typeof figures]}.png`);
    writeFileAtomically(files[name], figure.svg());
    writeFileAtomically(files[`${name}Png`]!, figure.png());
  }
  files.page = target('gpu.html');
  const said = use.summary.findings.map(({ text }) => text);
  writeFileAtomically(files.page, figurePage(`GPU use: ${parse(file).base}`, Object.values(figures), said));
  if (flags.json === true) printJson({ files });
  else print(`${Object.values(files).join('\n')}\n`);
}

function reportIgnored({ ignored, ignoredCount }: GpuLogNotes): void {
  const first = ignored[0];
  if (first === undefined) return;
  const numbers = ignored.slice(0, 10).map(({ line }) => line);
  const more = ignoredCount > numbers.length ? ', ...' : '';
  say(
    `note: ${ignoredCount} lines are no part of a sample and were left out (${numbers.join(', ')}${more}); line ${first.line}: ${first.reason}\n`,
  );
}
