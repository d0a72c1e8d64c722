import type { GpuRecord } from '../records/gpuRecord.js';

/** What NVML's functions return; names and numbers of nvml.h. */
export const NVML = {
  success: 0,
  uninitialized: 1,
  notSupported: 3,
  noPermission: 4,
  notFound: 6,
  functionNotFound: 13,
  gpuIsLost: 15,
  resetRequired: 16,
  noData: 21,
  unknown: 999,
} as const;

const UNSUPPORTED: readonly number[] = [
  NVML.notSupported,
  NVML.noPermission,
  NVML.notFound,
  NVML.functionNotFound,
  NVML.noData,
];

/** A function of NVML failed. */
export class NvmlError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }

  /** The device does not say this value; the others it may. */
  get isUnsupported(): boolean {
    return UNSUPPORTED.includes(this.code);
  }
}

export interface NvmlDevice {
  readonly index: number;
  /** Or why it cannot be had. */
  readonly handle: bigint | NvmlError;
  readonly uuid: string | null;
  readonly name: string | null;
}

export interface NvmlProcess {
  readonly pid: number;
  readonly memoryMiB: number | null;
}

export type NvmlValues = Pick<
  GpuRecord,
  'utilizationPercent' | 'memoryUsedMiB' | 'memoryTotalMiB' | 'temperatureC' | 'powerW'
>;

/** What is asked of the driver's library. All throw NvmlError; what a device does not say is null. */
export interface Nvml {
  init(): void;
  shutdown(): void;
  devices(): readonly NvmlDevice[];
  read(handle: bigint): NvmlValues;
  processes(handle: bigint): readonly NvmlProcess[] | null;
}
