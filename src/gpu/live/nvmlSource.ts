import { messageOf } from '../../errors.js';
import type { GpuProcess } from '../records/gpuRecord.js';
import type { DeviceReading, GpuSource, OnTrouble } from './gpuSource.js';
import { type Nvml, type NvmlDevice, NvmlError } from './nvmlApi.js';
import { ProcessOwners } from './processOwner.js';

/** Lists of processes take longer than all else, and change slowly. */
const PROCESSES_EVERY_MS = 1000;
/** A driver that was reset is looked for again after so long, then after twice as long each time. */
const FIRST_RETRY_MS = 2000;
const LONGEST_RETRY_MS = 120_000;

interface Listed {
  readonly owners: ProcessOwners;
  readonly atMs: number;
  readonly processes: readonly GpuProcess[] | null;
}

/**
 * Reads devices through NVML. A device that is lost is left out and the others go on; NVML is begun anew from time to time, so
 * that a device, or a driver, that comes back is read again.
 */
export class NvmlSource implements GpuSource {
  readonly name = 'NVML';
  private devices: readonly NvmlDevice[] = [];
  private readonly lists = new Map<number, Listed>();
  private readonly told = new Set<string>();
  private begun = true;
  private retryMs = FIRST_RETRY_MS;
  private retryAtMs = Number.POSITIVE_INFINITY;

  /** Of a library that is initialised. */
  constructor(
    private readonly nvml: Nvml,
    private readonly onTrouble: OnTrouble,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.list();
  }

  take(): readonly DeviceReading[] {
    if (this.nowMs() >= this.retryAtMs) this.beginAnew();
    let failed = false;
    const readings = this.devices.flatMap((device) => {
      try {
        return [this.readingOf(device)];
      } catch (error) {
        if (!(error instanceof NvmlError)) throw error;
        failed = true;
        this.tell(`GPU ${device.index}: ${error.message}`);
        return [];
      }
    });
    if (failed) this.retryLater();
    else if (this.begun && readings.length > 0) this.recovered();
    return readings;
  }

  close(): void {
    if (this.begun) this.quietly(() => this.nvml.shutdown());
    this.begun = false;
  }

  private readingOf({ handle, index, uuid, name }: NvmlDevice): DeviceReading {
    if (handle instanceof NvmlError) throw handle;
    return { index, uuid, name, ...this.nvml.read(handle), processes: this.processesOf(index, handle) };
  }

  private processesOf(index: number, handle: bigint): readonly GpuProcess[] | null {
    const listed = this.lists.get(index);
    if (listed !== undefined && this.nowMs() - listed.atMs < PROCESSES_EVERY_MS) return listed.processes;
    const owners = listed?.owners ?? new ProcessOwners();
    const running = this.nvml.processes(handle);
    const processes = running === null ? null : owners.describe(running);
    this.lists.set(index, { owners, atMs: this.nowMs(), processes });
    return processes;
  }

  private list(): void {
    try {
      this.devices = this.nvml.devices();
    } catch (error) {
      this.devices = [];
      this.tell(messageOf(error));
      this.retryLater();
    }
    this.lists.clear();
  }

  private beginAnew(): void {
    this.retryAtMs = Number.POSITIVE_INFINITY;
    if (this.begun) this.quietly(() => this.nvml.shutdown());
    this.begun = false;
    try {
      this.nvml.init();
      this.begun = true;
      this.list();
    } catch (error) {
      this.devices = [];
      this.tell(messageOf(error));
      this.retryLater();
    }
  }

  private retryLater(): void {
    if (this.retryAtMs !== Number.POSITIVE_INFINITY) return;
    this.retryAtMs = this.nowMs() + this.retryMs;
    this.retryMs = Math.min(2 * this.retryMs, LONGEST_RETRY_MS);
  }

  private recovered(): void {
    this.retryMs = FIRST_RETRY_MS;
    this.retryAtMs = Number.POSITIVE_INFINITY;
    this.told.clear();
  }

  private tell(text: string): void {
    if (this.told.has(text)) return;
    this.told.add(text);
    this.onTrouble(text);
  }

  private quietly(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof NvmlError)) throw error;
    }
  }
}
