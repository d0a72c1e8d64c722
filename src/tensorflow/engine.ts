import { EngineError } from '../errors.js';
import { Binding } from './binding.js';
import type { DeviceLayout } from './configProto.js';
import { type Context, openContext } from './context.js';
import { withoutStartNotes } from './library.js';
import { installBinding } from './tf.js';

export interface EngineOptions {
  /** Threads for computing; default: one a core. */
  readonly threads?: number;
  /** Logical CPU devices; default 1. */
  readonly cpuDevices?: number;
}

/** TensorFlow, ready to run operations and traced functions. */
export interface Engine {
  readonly context: Context;
  readonly binding: Binding;
  /** TensorFlow's version. */
  readonly version: string;
}

let opened: Engine | undefined;

/**
 * The process' engine: loads TensorFlow on the first call (about 1 s) and is the same afterwards.
 * Threads and devices are fixed by the first call; EngineError for others later.
 */
export function openEngine(options: EngineOptions = {}): Engine {
  const layout = layoutOf(options);
  if (opened === undefined) {
    opened = open(layout);
    return opened;
  }
  const { context } = opened;
  const wanted = [options.threads, options.cpuDevices];
  const present = [context.layout.intraThreads, context.layout.cpuDevices];
  if (wanted.some((value, index) => value !== undefined && value !== present[index]))
    throw new EngineError(
      'engine',
      `expected the ${describe(context.layout)} that this process' engine was opened with, received ${describe(layout)}; start another process for another layout`,
    );
  return opened;
}

function open(layout: DeviceLayout): Engine {
  const context = withoutStartNotes(() => openContext(layout));
  if (process.env.TF_ENABLE_ONEDNN_OPTS === '0')
    process.emitWarning('TF_ENABLE_ONEDNN_OPTS=0 makes a training step slower; unset it');
  const binding = new Binding(context);
  installBinding(binding);
  return { context, binding, version: binding.TF_Version };
}

function layoutOf({ threads = 0, cpuDevices = 1 }: EngineOptions): DeviceLayout {
  if (!Number.isInteger(threads) || threads < 0 || !Number.isInteger(cpuDevices) || cpuDevices < 1)
    throw new RangeError(
      `Expected whole numbers, threads of at least 0 and devices of at least 1, received ${threads} and ${cpuDevices}`,
    );
  return { cpuDevices, intraThreads: threads, interThreads: threads };
}

function describe({ intraThreads, cpuDevices }: DeviceLayout): string {
  return `${intraThreads === 0 ? 'default' : intraThreads} threads and ${cpuDevices} CPU device${cpuDevices === 1 ? '' : 's'}`;
}
