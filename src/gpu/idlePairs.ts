import type { GpuRecord } from './records/gpuRecord.js';

/** Counts in how many samples two devices stood still at once: whether devices wait together. */
export class IdlePairs<K> {
  private readonly counts = new Map<K, Map<K, number>>();

  /** The devices of one sample, each with its key. */
  add(devices: readonly (readonly [key: K, record: GpuRecord])[]): void {
    const idle = devices.flatMap(([key, { utilizationPercent }]) => (utilizationPercent === 0 ? [key] : []));
    for (const one of idle) {
      const row = this.counts.get(one) ?? new Map<K, number>();
      this.counts.set(one, row);
      for (const other of idle) row.set(other, (row.get(other) ?? 0) + 1);
    }
  }

  /**
   * While one of these devices stands still, the share of the others that do, too; null of fewer than two, or where none ever
   * did. As large as the idle share when they stand still at random. Only devices of one host are in one sample: `comparable`.
   */
  shareTogether(keys: readonly K[], comparable: (one: K, other: K) => boolean): number | null {
    let [idle, together] = [0, 0];
    for (const one of keys)
      for (const other of keys) {
        if (one === other || !comparable(one, other)) continue;
        idle += this.counts.get(one)?.get(one) ?? 0;
        together += this.counts.get(one)?.get(other) ?? 0;
      }
    return idle === 0 ? null : together / idle;
  }
}
