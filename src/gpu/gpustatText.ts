import { InputError } from '../errors.js';
import type { GpuLog, GpuProcess, GpuRecord, GpuSample } from './gpuRecord.js';

/** `host  Thu Oct 11 04:16:20 2018`, in gpustat 1.x with the driver's version behind it. */
const HEADER =
  /^(?<host>\S+)\s+(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\s+(?<month>[A-Z][a-z]{2})\s+(?<day>\d{1,2})\s+(?<clock>\d{2}:\d{2}:\d{2})\s+(?<year>\d{4})(?:\s+\S+)?\s*$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DEVICE = /^\[\s*(?<index>\d+)\]\s*(?<rest>.*)$/;
// Colours of `watch --color` and of a terminal.
const ANSI = /\u001b\[[0-9;?]*[A-Za-z]/g;

/**
 * Reads the text that gpustat 0.x and 1.x print, one block after the other: a header line with host and time, a line a GPU.
 * Throws InputError for a file without a block, and for a GPU line without a header.
 */
export function parseGpustatText(text: string, file: string): GpuLog {
  const samples: { time: string; host: string; devices: GpuRecord[] }[] = [];
  const ignoredLines: number[] = [];
  for (const [at, raw] of text.split('\n').entries()) {
    const line = raw.replace(ANSI, '').replaceAll('\r', '').trimEnd();
    if (line.trim() === '') continue;
    const header = HEADER.exec(line)?.groups;
    const device = DEVICE.exec(line)?.groups;
    if (header !== undefined) samples.push({ time: timeOf(header), host: header.host!, devices: [] });
    else if (device !== undefined) {
      const sample = samples.at(-1);
      if (sample === undefined)
        throw new InputError(file, 'expected a header line with host and time before the first GPU', {
          line: at + 1,
        });
      sample.devices.push(deviceOf(sample, Number(device.index), device.rest!, file, at + 1));
    } else ignoredLines.push(at + 1);
  }
  const whole: GpuSample[] = samples.filter(({ devices }) => devices.length > 0);
  if (whole.length === 0)
    throw new InputError(
      file,
      'expected the output of gpustat (a header line, then `[0] name | ...`), found no sample',
    );
  return { samples: whole, ignoredLines };
}

function timeOf({ year, month, day, clock }: Record<string, string>): string {
  const monthNumber = String(MONTHS.indexOf(month!) + 1).padStart(2, '0');
  return `${year}-${monthNumber}-${day!.padStart(2, '0')}T${clock}`;
}

/** `Tesla K80 | 49'C,  51 % | 10960 / 11441 MB | ubuntu(10945M)`; the second column may have fan and power, too. */
function deviceOf(
  { time, host }: { time: string; host: string },
  index: number,
  rest: string,
  file: string,
  line: number,
): GpuRecord {
  const [name, load, memory, processes] = rest.split('|').map((cell) => cell.trim());
  if (load === undefined || memory === undefined)
    throw new InputError(
      file,
      `expected '[i] name | load | memory | processes', received ${JSON.stringify(rest)}`,
      { line },
    );
  // Encoder and decoder stand in parentheses behind the utilisation; with a fan column the first % is the fan's.
  const percents = [...load.replace(/\([^)]*%[^)]*\)/g, '').matchAll(/(\d+|\?\?)\s*%/g)].map((match) =>
    numberOrNull(match[1]),
  );
  const [used, total] = /(\d+|\?\?)\s*\/\s*(\d+|\?\?)\s*Mi?B/.exec(memory)?.slice(1).map(numberOrNull) ?? [];
  return {
    time,
    host,
    index,
    uuid: null,
    name: name === '' ? null : name!,
    utilizationPercent: percents.at(-1) ?? null,
    memoryUsedMiB: used ?? null,
    memoryTotalMiB: total ?? null,
    temperatureC: numberOrNull(/(\d+)\s*(?:'|°)C/.exec(load)?.[1]),
    powerW: numberOrNull(/(\d+)\s*(?:\/\s*[\d?]+\s*)?W/.exec(load)?.[1]),
    processes: processes === undefined || processes.includes('Not Supported') ? null : processesOf(processes),
  };
}

/** `user(10945M)` and `user:command/pid(4000M)`, separated by spaces. */
function processesOf(text: string): GpuProcess[] {
  return [...text.matchAll(/([^\s:(]+)(?::([^\s(/]+))?(?:\/(\d+))?\((\d+|\?\?)M\)/g)].map(
    ([, user, command, pid, memory]) => ({
      user: user ?? null,
      command: command ?? null,
      pid: numberOrNull(pid),
      memoryMiB: numberOrNull(memory),
    }),
  );
}

function numberOrNull(text: string | undefined): number | null {
  return text === undefined || text === '??' ? null : Number(text);
}
