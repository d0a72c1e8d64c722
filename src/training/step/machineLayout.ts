import { availableParallelism, cpus } from 'node:os';
import { gpuNames } from '../../nvidiaGpus.js';
import { openEngine } from '../../tensorflow/engine.js';
import { textIfThere } from '../../textIfThere.js';

/** CPU features that choose other arithmetic in TensorFlow's kernels. */
const FEATURES = ['avx2', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_bf16'];

/** What decides the last bits of a result: library, threads, processor; of a GPU, which adds in no fixed order, its kind decides the rounding. */
export function machineLayout(): Record<string, string | number> {
  const { version, context } = openEngine();
  return {
    tensorflow: version,
    threads: context.layout.intraThreads === 0 ? availableParallelism() : context.layout.intraThreads,
    device: context.defaultDevice.type,
    cpu: cpus()[0]?.model ?? 'unknown',
    cpuFeatures: cpuFeatures().join(' '),
    ...(context.defaultDevice.type === 'GPU' ? { gpu: gpuKinds() } : {}),
  };
}

let kinds: string | undefined;

/** Asked once a process: it takes a second where the driver sleeps. */
function gpuKinds(): string {
  kinds ??= gpuNames().join(', ') || 'unknown';
  return kinds;
}

/** `avx2: a, b` for each entry in which two layouts differ; empty where a resume is bit for bit. */
export function layoutDifferences(
  before: Readonly<Record<string, string | number>>,
  now: Readonly<Record<string, string | number>>,
): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((key) => before[key] !== now[key])
    .map((key) => `${key}: ${before[key] ?? 'none'}, now ${now[key] ?? 'none'}`);
}

/** Those of FEATURES that this processor has. */
export function cpuFeatures(): string[] {
  const flags = new Set(/^flags\s*:\s*(.*)$/m.exec(textIfThere('/proc/cpuinfo') ?? '')?.[1]?.split(' '));
  return FEATURES.filter((feature) => flags.has(feature));
}
