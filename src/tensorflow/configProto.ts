import { bytesField, message, numberField } from './protobuf.js';

/** How a context uses the machine. */
export interface DeviceLayout {
  /** Logical CPU devices; a device is a label, it limits no threads. */
  readonly cpuDevices: number;
  /** Threads inside one operation; 0 = one a core. */
  readonly intraThreads: number;
  /** Operations that run side by side; 0 = one a core. */
  readonly interThreads: number;
}

/** Field numbers of ConfigProto (tensorflow/core/protobuf/config.proto). */
const DEVICE_COUNT = 1;
const INTRA_OP_PARALLELISM_THREADS = 2;
const INTER_OP_PARALLELISM_THREADS = 5;
const ALLOW_SOFT_PLACEMENT = 7;
const GRAPH_OPTIONS = 10;
/** Of GraphOptions, and of RewriterConfig (rewriter_config.proto). */
const REWRITE_OPTIONS = 10;
const DISABLE_META_OPTIMIZER = 19;

/** ConfigProto{device_count{CPU}, intra/inter threads, allow_soft_placement} in protobuf's wire format. */
export function encodeConfig(layout: DeviceLayout): Uint8Array {
  const cpu = message(bytesField(1, 'CPU'), numberField(2, layout.cpuDevices));
  return message(
    bytesField(DEVICE_COUNT, cpu),
    numberField(INTRA_OP_PARALLELISM_THREADS, layout.intraThreads),
    numberField(INTER_OP_PARALLELISM_THREADS, layout.interThreads),
    numberField(ALLOW_SOFT_PLACEMENT, 1),
  );
}

/**
 * ConfigProto of a call of a function, which TensorFlow places by this and not by the context's: an operation without a
 * kernel for a GPU runs on the CPU there, too, as one that runs at once. The graph stays as it was traced.
 */
export function encodeCallConfig(): Uint8Array {
  const asTraced = bytesField(REWRITE_OPTIONS, numberField(DISABLE_META_OPTIMIZER, 1));
  return message(numberField(ALLOW_SOFT_PLACEMENT, 1), bytesField(GRAPH_OPTIONS, asTraced));
}
