import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import type { Cluster } from '../config/cluster.js';
import { EngineError } from '../errors.js';
import { given } from '../given.js';
import { freeGpuBytes } from '../nvidiaGpus.js';
import { Binding } from './binding.js';
import type { DeviceLayout } from './configProto.js';
import { type Context, openContext } from './context.js';
import { registerJavascriptKernels } from './javascriptKernels.js';
import { withoutStartNotes } from './library.js';
import { installBinding, tf } from './tf.js';

/** What the first call of openEngine() fixes. */
export interface EngineOptions {
  /** Threads inside one operation; default: one a core, shared among the devices. */
  readonly threads?: number;
  /** Logical CPU devices that are wanted at least. A device is a label and costs nothing; there are 16 at least. */
  readonly cpuDevices?: number;
  /** Other processes to compute with. */
  readonly cluster?: Cluster;
}

/** TensorFlow, ready to run operations and traced functions. */
export interface Engine {
  readonly context: Context;
  readonly binding: Binding;
  /** TensorFlow's version. */
  readonly version: string;
  /** Undefined where this process computes alone. */
  readonly cluster?: Cluster;
  /**
   * What was free on each GPU before TensorFlow began; undefined where that is not known. What it has taken it keeps for what comes
   * next, and for the driver it is not free any more.
   */
  readonly freeGpuBytes: readonly (number | undefined)[];
}

let opened: Engine | undefined;

const CPU_DEVICES = 16;

/**
 * The process' engine: loads TensorFlow on the first call (about 1 s) and is the same afterwards.
 * Threads, devices and cluster are fixed by the first call; EngineError for others later.
 * @example
 * const { version, context } = openEngine({ cpuDevices: 2 });
 * console.log(`TensorFlow ${version}`, context.devices.map(({ name }) => name));
 */
export function openEngine(options: EngineOptions = {}): Engine {
  const layout = layoutOf(options);
  if (opened === undefined) {
    opened = open(layout, options.cluster);
    return opened;
  }
  const { context, cluster } = opened;
  const wished = options.threads ?? 0;
  const otherThreads = wished !== 0 && wished !== context.layout.intraThreads;
  const otherCluster = options.cluster !== undefined && !isDeepStrictEqual(options.cluster, cluster);
  if (otherThreads || otherCluster || layout.cpuDevices > context.layout.cpuDevices)
    throw new EngineError(
      'engine',
      `expected the ${describe(context.layout)} that this process' engine was opened with, received ${describe(layout)}${otherCluster ? ' and another cluster' : ''}; start another process for another layout`,
    );
  return opened;
}

function open(layout: DeviceLayout, cluster: Cluster | undefined): Engine {
  const free = freeGpuBytes();
  const context = withoutStartNotes(() => openContext(layout, cluster));
  if (process.env.TF_ENABLE_ONEDNN_OPTS === '0')
    process.emitWarning('TF_ENABLE_ONEDNN_OPTS=0 makes a training step slower; unset it');
  const unused = unusedGpuNote(context.defaultDevice.type, process.env);
  if (unused !== undefined) process.emitWarning(unused);
  const binding = new Binding(context);
  installBinding(binding);
  registerJavascriptKernels(tf);
  const version = binding.TF_Version;
  return { context, binding, version, freeGpuBytes: free, ...given({ cluster }) };
}

/** The driver's file of a GPU. */
const GPU_FILE = /^nvidia\d+$/;

/**
 * What to say where TensorFlow computes on the CPU of a machine with a GPU, if nobody wished it: its own reason goes away with its
 * notes, and a run would be slow without a word.
 */
export function unusedGpuNote(
  computesOn: string,
  { CUDA_VISIBLE_DEVICES: visible }: NodeJS.ProcessEnv,
  deviceFiles: readonly string[] = readdirSync('/dev'),
): string | undefined {
  const isHidden = visible !== undefined && ['', '-1'].includes(visible.trim());
  if (computesOn === 'GPU' || isHidden || !deviceFiles.some((file) => GPU_FILE.test(file))) return undefined;
  const asked = visible === undefined ? '' : ` of CUDA_VISIBLE_DEVICES ${visible}`;
  return `this machine has an NVIDIA GPU, but TensorFlow can use none${asked} and computes on the CPU: run npx voxlab doctor; TF_CPP_MIN_LOG_LEVEL=0 shows TensorFlow's reason, CUDA_VISIBLE_DEVICES=-1 chooses the CPU`;
}

function layoutOf({ threads = 0, cpuDevices = 1 }: EngineOptions): DeviceLayout {
  if (!Number.isInteger(threads) || threads < 0 || !Number.isInteger(cpuDevices) || cpuDevices < 1)
    throw new RangeError(
      `Expected whole numbers, threads of at least 0 and devices of at least 1, received ${threads} and ${cpuDevices}`,
    );
  // Devices that compute side by side share the cores.
  const perDevice = cpuDevices > 1 ? Math.max(1, Math.floor(availableParallelism() / cpuDevices)) : 0;
  const asked = threads === 0 ? perDevice : threads;
  return {
    cpuDevices: Math.max(cpuDevices, CPU_DEVICES),
    intraThreads: asked === 0 ? threadsOfEnvironment() : asked,
    interThreads: asked === 0 ? 0 : Math.max(asked, cpuDevices),
  };
}

/** TensorFlow's own variable for what is run beside other programs; 0 = one a core. */
function threadsOfEnvironment({ TF_NUM_INTRAOP_THREADS: threads = '' } = process.env): number {
  return /^[1-9]\d{0,3}$/.test(threads) ? Number(threads) : 0;
}

function describe({ intraThreads, cpuDevices }: DeviceLayout): string {
  return `${intraThreads === 0 ? 'default' : intraThreads} threads and ${cpuDevices} CPU device${cpuDevices === 1 ? '' : 's'}`;
}
