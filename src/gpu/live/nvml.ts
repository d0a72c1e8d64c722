import { EnvironmentError, messageOf } from '../../errors.js';
import { koffi, type LibraryHandle } from '../../koffi.js';
import type { Nvml, NvmlDevice, NvmlProcess, NvmlValues } from './nvmlApi.js';
import { NVML, NvmlError } from './nvmlApi.js';

/** As NVIDIA's driver installs it. */
export const NVML_LIBRARY = 'libnvidia-ml.so.1';

const NAME_BYTES = 96;
const MOST_PROCESSES = 256;
/** pid, padding, memory; newer ones have two instance ids behind. */
const FIRST_PROCESS_BYTES = 16;
const PROCESS_BYTES = 24;
/** nvmlMemory_v2_t: version, padding, total, reserved, free, used. */
const MEMORY_V2_BYTES = 40;
const MEMORY_V2 = MEMORY_V2_BYTES | (2 << 24);
/** "Not known" of a process' memory. */
const NO_VALUE = 2n ** 64n - 1n;
const MIB = 2n ** 20n;
const GPU_SENSOR = 0;

type Call = (...values: (number | bigint | Uint8Array)[]) => number;

/** Loads NVML of NVIDIA's driver and initialises it. Throws EnvironmentError where there is none, or it has no driver. */
export function openNvml(path = NVML_LIBRARY): Nvml {
  let functions: Functions;
  try {
    functions = new Functions(koffi().load(path));
  } catch (error) {
    throw new EnvironmentError(`Expected ${path} of NVIDIA's driver, received: ${messageOf(error)}`, {
      cause: error,
    });
  }
  try {
    functions.init();
  } catch (error) {
    throw new EnvironmentError(`NVML cannot begin: ${messageOf(error)}`, { cause: error });
  }
  return functions;
}

/** The functions that are asked; a device's handle is a pointer, passed on as the number that it is. */
class Functions implements Nvml {
  private readonly errorString: (code: number) => string;
  private readonly calls = new Map<string, Call | undefined>();
  /** For small results, and for lists of processes: this is asked ten times a second. */
  private readonly small = Buffer.alloc(NAME_BYTES);
  private readonly infos = Buffer.alloc(MOST_PROCESSES * PROCESS_BYTES);

  constructor(private readonly library: LibraryHandle) {
    this.errorString = library.func('const char* nvmlErrorString(int code)');
    this.needed('nvmlInit_v2', '');
  }

  init(): void {
    this.check('nvmlInit_v2', '');
  }

  shutdown(): void {
    this.check('nvmlShutdown', '');
  }

  devices(): NvmlDevice[] {
    const count = Buffer.alloc(4);
    this.check('nvmlDeviceGetCount_v2', 'void* count', count);
    return Array.from({ length: count.readUInt32LE() }, (_, index) => this.deviceAt(index));
  }

  read(handle: bigint): NvmlValues {
    const memory = this.known(() => this.memory(handle));
    return {
      utilizationPercent: this.known(() => this.utilization(handle)),
      memoryUsedMiB: memory?.used ?? null,
      memoryTotalMiB: memory?.total ?? null,
      temperatureC: this.known(() => this.temperature(handle)),
      powerW: this.known(() => this.number('nvmlDeviceGetPowerUsage', handle) / 1000),
    };
  }

  processes(handle: bigint): NvmlProcess[] | null {
    const compute = this.known(() => this.running('nvmlDeviceGetComputeRunningProcesses', handle));
    const graphics = this.known(() => this.running('nvmlDeviceGetGraphicsRunningProcesses', handle));
    if (compute === null && graphics === null) return null;
    const byPid = new Map([...(graphics ?? []), ...(compute ?? [])].map((each) => [each.pid, each]));
    return [...byPid.values()].sort((a, b) => a.pid - b.pid);
  }

  private deviceAt(index: number): NvmlDevice {
    try {
      const handle = Buffer.alloc(8);
      this.check('nvmlDeviceGetHandleByIndex_v2', 'uint32_t index, void* device', index, handle);
      const device = handle.readBigUInt64LE();
      const text = (name: string): string | null => this.known(() => this.text(name, device));
      return { index, handle: device, uuid: text('nvmlDeviceGetUUID'), name: text('nvmlDeviceGetName') };
    } catch (error) {
      if (error instanceof NvmlError) return { index, handle: error, uuid: null, name: null };
      throw error;
    }
  }

  /** Null for what a device does not say. */
  private known<T>(read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      if (error instanceof NvmlError && error.isUnsupported) return null;
      throw error;
    }
  }

  private utilization(handle: bigint): number {
    this.check('nvmlDeviceGetUtilizationRates', 'uint64_t device, void* rates', handle, this.small);
    return this.small.readUInt32LE();
  }

  /** The second form leaves out what the driver reserves, as nvidia-smi does; older drivers have the first alone. */
  private memory(handle: bigint): { used: number; total: number } {
    const mebibytes = (buffer: Buffer, at: number): number => Number(buffer.readBigUInt64LE(at) / MIB);
    const { small } = this;
    const prototype = 'uint64_t device, void* memory';
    if (this.optional('nvmlDeviceGetMemoryInfo_v2', prototype) !== undefined) {
      small.fill(0, 0, MEMORY_V2_BYTES).writeUInt32LE(MEMORY_V2);
      this.check('nvmlDeviceGetMemoryInfo_v2', prototype, handle, small);
      return { total: mebibytes(small, 8), used: mebibytes(small, 32) };
    }
    this.check('nvmlDeviceGetMemoryInfo', prototype, handle, small);
    return { total: mebibytes(small, 0), used: mebibytes(small, 16) };
  }

  private temperature(handle: bigint): number {
    const prototype = 'uint64_t device, int sensor, void* value';
    this.check('nvmlDeviceGetTemperature', prototype, handle, GPU_SENSOR, this.small);
    return this.small.readUInt32LE();
  }

  private number(name: string, handle: bigint): number {
    this.check(name, 'uint64_t device, void* value', handle, this.small);
    return this.small.readUInt32LE();
  }

  private text(name: string, handle: bigint): string {
    const text = Buffer.alloc(NAME_BYTES);
    this.check(name, 'uint64_t device, void* text, uint32_t bytes', handle, text, NAME_BYTES);
    return text.toString('utf8', 0, text.indexOf(0));
  }

  private running(name: string, handle: bigint): NvmlProcess[] {
    const prototype = 'uint64_t device, void* count, void* infos';
    const newest = ['_v3', '_v2'].map((version) => `${name}${version}`);
    const called = newest.find((each) => this.optional(each, prototype) !== undefined) ?? name;
    const bytes = called === name ? FIRST_PROCESS_BYTES : PROCESS_BYTES;
    const { small, infos } = this;
    small.writeUInt32LE(MOST_PROCESSES);
    this.check(called, prototype, handle, small, infos);
    return Array.from({ length: Math.min(small.readUInt32LE(), MOST_PROCESSES) }, (_, at) => {
      const used = infos.readBigUInt64LE(at * bytes + 8);
      return {
        pid: infos.readUInt32LE(at * bytes),
        memoryMiB: used === NO_VALUE ? null : Number(used / MIB),
      };
    });
  }

  private check(name: string, prototype: string, ...values: (number | bigint | Uint8Array)[]): void {
    const code = this.needed(name, prototype)(...values);
    if (code !== NVML.success) throw new NvmlError(code, `${name}: ${this.errorString(code)}`);
  }

  private needed(name: string, prototype: string): Call {
    const call = this.optional(name, prototype);
    if (call !== undefined) return call;
    throw new NvmlError(NVML.functionNotFound, `${name}: the driver's library does not have it`);
  }

  private optional(name: string, prototype: string): Call | undefined {
    if (!this.calls.has(name)) this.calls.set(name, this.found(name, prototype));
    return this.calls.get(name);
  }

  private found(name: string, prototype: string): Call | undefined {
    try {
      return this.library.func(`int ${name}(${prototype})`) as unknown as Call;
    } catch {
      return undefined;
    }
  }
}
