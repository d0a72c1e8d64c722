import { freemem, totalmem } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { everyMs } from '../gpu/live/everyMs.js';
import { openUseMeter, type UseMeter } from '../gpu/live/useMeter.js';
import type { GpuSample } from '../gpu/records/gpuRecord.js';
import { wholeNumber, withInterrupt } from './options.js';
import { print, say } from './standardStreams.js';
import { topScreen } from './topScreen.js';

const MIB = 2 ** 20;
/** More samples than terminals are wide show nothing more. */
const MOST_SAMPLES = 500;
/** Of a screen that is a file or a pipe. */
const PLAIN = { columns: 100, rows: 1000 };

// Of xterm, and of all that followed it: a screen of its own, the cursor away, and back again.
const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

/** `voxlab gpu top`. */
export function registerGpuTop(gpu: Command): void {
  gpu
    .command('top')
    .description(
      'Shows the use of the GPUs, and of this machine, until Ctrl-C; where stdout is no terminal, once.',
    )
    .option('--interval <ms>', 'between two samples', wholeNumber(100, 3_600_000), 1000)
    .action(top);
}

async function top({ interval }: { interval: number }): Promise<void> {
  const { stdout } = process;
  const troubles: string[] = [];
  const meter = await openUseMeter({ intervalMs: interval, onTrouble: (text) => troubles.push(text) });
  try {
    await withInterrupt((signal) =>
      stdout.isTTY ? onTerminal(meter, interval, signal) : once(meter, interval),
    );
  } finally {
    meter.close();
    for (const text of troubles) say(`note: ${text}\n`);
  }
}

/** Rates need two samples. */
async function once(meter: UseMeter, interval: number): Promise<void> {
  meter.sample();
  await delay(interval);
  print(`${screenOf([meter.sample()], meter, interval, PLAIN).join('\n')}\n`);
}

async function onTerminal(meter: UseMeter, interval: number, signal: AbortSignal): Promise<void> {
  const { stdout } = process;
  const samples: GpuSample[] = [];
  const draw = (): void => {
    const { columns = PLAIN.columns, rows = 24 } = stdout;
    const lines = screenOf(samples, meter, interval, { columns, rows });
    stdout.write(HOME + lines.map((line) => CLEAR_LINE + line).join('\n') + CLEAR_BELOW);
  };
  stdout.write(ENTER);
  stdout.on('resize', draw);
  const stop = everyMs(interval, () => {
    samples.push(meter.sample());
    if (samples.length > MOST_SAMPLES) samples.shift();
    draw();
  });
  try {
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve());
    });
  } finally {
    stop();
    stdout.off('resize', draw);
    stdout.write(LEAVE);
  }
}

function screenOf(
  samples: readonly GpuSample[],
  { source }: UseMeter,
  intervalMs: number,
  size: { readonly columns: number; readonly rows: number },
): string[] {
  const memory = { usedMiB: (totalmem() - freemem()) / MIB, totalMiB: totalmem() / MIB };
  return topScreen({ samples, source, intervalMs, memory, ...size });
}
