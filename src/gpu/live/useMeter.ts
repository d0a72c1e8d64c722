import { hostname } from 'node:os';
import { EnvironmentError, messageOf } from '../../errors.js';
import { awaitNvidiaGpus } from '../../nvidiaGpus.js';
import type { GpuSample } from '../records/gpuRecord.js';
import type { GpuSource, OnTrouble } from './gpuSource.js';
import { HostMeter } from './hostMeter.js';
import { NvidiaSmiSource } from './nvidiaSmiSource.js';
import { openNvml } from './nvml.js';
import { NvmlSource } from './nvmlSource.js';

export interface UseMeterOptions {
  /** How often samples will be taken. */
  readonly intervalMs: number;
  /** The process whose memory is read; default: none. */
  readonly pid?: number;
  /** Hears of a device that is lost, a driver that is reset. */
  readonly onTrouble?: OnTrouble;
}

/** What a run says of its last step. */
export interface RunProgress {
  readonly step: number;
  readonly milliseconds: number;
  /** Share of them spent waiting for the batch. */
  readonly waitShare: number;
}

/** Samples of this machine, as they are now. */
export interface UseMeter {
  /** `NVML`, `nvidia-smi`, or null where the machine has no GPU that can be read. */
  readonly source: string | null;
  /** Never throws. */
  sample(): GpuSample;
  /** Tells of a step, for the samples that follow. */
  stepped(progress: RunProgress): void;
  close(): void;
}

/** Opens what there is: NVML, else nvidia-smi, else the host's figures alone. */
export async function openUseMeter(options: UseMeterOptions): Promise<UseMeter> {
  const { intervalMs, pid, onTrouble = () => {} } = options;
  const source = nvmlSource(onTrouble) ?? (await nvidiaSmiSource(intervalMs, onTrouble));
  const host = new HostMeter(pid);
  const name = hostname();
  const run = new StepMeans();
  return {
    source: source?.name ?? null,
    sample() {
      const devices = source?.take() ?? [];
      const time = new Date().toISOString();
      return {
        time,
        host: name,
        use: { ...host.use(), ...run.take() },
        devices: devices.map((device) => ({ time, host: name, ...device })),
      };
    },
    stepped: (progress) => run.add(progress),
    close() {
      source?.close();
      host.close();
    },
  };
}

function nvmlSource(onTrouble: OnTrouble): GpuSource | undefined {
  try {
    return new NvmlSource(openNvml(), onTrouble);
  } catch (error) {
    if (error instanceof EnvironmentError) return undefined;
    throw error;
  }
}

async function nvidiaSmiSource(intervalMs: number, onTrouble: OnTrouble): Promise<GpuSource | undefined> {
  try {
    const gpus = await awaitNvidiaGpus();
    return gpus.length > 0 ? new NvidiaSmiSource(intervalMs, onTrouble) : undefined;
  } catch (error) {
    // Without nvidia-smi there is no GPU to speak of; one that fails has a reason.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') onTrouble(`nvidia-smi: ${messageOf(error)}`);
    return undefined;
  }
}

/** Means over the steps since they were last taken. */
class StepMeans {
  private step: number | null = null;
  private steps = 0;
  private milliseconds = 0;
  private waited = 0;

  add({ step, milliseconds, waitShare }: RunProgress): void {
    this.step = step;
    this.steps++;
    this.milliseconds += milliseconds;
    this.waited += milliseconds * waitShare;
  }

  take(): { step: number | null; stepMilliseconds: number | null; waitShare: number | null } {
    const { step, steps, milliseconds, waited } = this;
    [this.steps, this.milliseconds, this.waited] = [0, 0, 0];
    const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;
    return {
      step,
      stepMilliseconds: steps === 0 ? null : rounded(milliseconds / steps),
      waitShare: milliseconds === 0 ? null : rounded(waited / milliseconds),
    };
  }
}
