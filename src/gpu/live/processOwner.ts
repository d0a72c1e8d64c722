import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { textIfThere } from '../../textIfThere.js';
import type { GpuProcess } from '../records/gpuRecord.js';
import type { NvmlProcess } from './nvmlApi.js';

type Owner = Pick<GpuProcess, 'user' | 'command'>;

let users: ReadonlyMap<number, string> | undefined;

/** Owners and commands of processes, asked once for each as long as it is listed. */
export class ProcessOwners {
  private known = new Map<number, Owner>();

  /** The processes of one list, with owner and command where this machine (or container) knows them. */
  describe(processes: readonly NvmlProcess[]): GpuProcess[] {
    const listed = new Map(processes.map(({ pid }) => [pid, this.known.get(pid) ?? ownerOf(pid)]));
    this.known = listed;
    return processes.map(({ pid, memoryMiB }) => ({ ...listed.get(pid)!, pid, memoryMiB }));
  }
}

function ownerOf(pid: number): Owner {
  return { user: userOf(pid), command: commandOf(pid) };
}

function commandOf(pid: number): string | null {
  const command = textIfThere(`/proc/${pid}/cmdline`)?.split('\0')[0];
  return command ? basename(command) : (textIfThere(`/proc/${pid}/comm`)?.trim() ?? null);
}

function userOf(pid: number): string | null {
  try {
    const { uid } = statSync(`/proc/${pid}`);
    users ??= userNames();
    return users.get(uid) ?? String(uid);
  } catch {
    return null;
  }
}

function userNames(): Map<number, string> {
  const lines = textIfThere('/etc/passwd')?.split('\n') ?? [];
  return new Map(
    lines.map((line) => {
      const [name = '', , uid] = line.split(':');
      return [Number(uid), name];
    }),
  );
}
