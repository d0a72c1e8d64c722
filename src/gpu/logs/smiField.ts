/** A field of `nvidia-smi --query-gpu`; others are skipped. */
export type SmiField =
  | 'timestamp'
  | 'index'
  | 'uuid'
  | 'pci.bus_id'
  | 'name'
  | 'utilization.gpu'
  | 'memory.used'
  | 'memory.total'
  | 'temperature.gpu'
  | 'power.draw'
  | 'hostname';
