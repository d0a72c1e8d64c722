import { join } from 'node:path';
import type { CheckpointLink } from '../training/checkpoint.js';
import { writeKerasFile } from './kerasFile.js';
import { writeOnnxFile } from './onnxFile.js';
import { descriptionOf, type PortableNetwork, portableNetwork } from './portableNetwork.js';
import { writeSavedModel } from './savedModel.js';
import { writeTfjsModel } from './tfjsModel.js';
import { writeTorchFile } from './torchFile.js';

/** What the network of a run can be written as. */
export const EXPORT_FORMATS = ['onnx', 'keras', 'savedmodel', 'tfjs', 'safetensors'] as const;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportOptions {
  readonly run: string;
  readonly to: ExportFormat;
  readonly checkpoint: CheckpointLink;
  /** File or folder; default: RUN/export/... */
  readonly out?: string;
}

export interface ExportResult {
  readonly run: string;
  readonly to: ExportFormat;
  /** The file, or the folder of `savedmodel` and `tfjs`. */
  readonly path: string;
  /** Absolute paths of what was written. */
  readonly files: readonly string[];
  /** What the files say of themselves: checkpoint, input, window, output. */
  readonly description: Readonly<Record<string, unknown>>;
}

interface Writer {
  /** Below RUN/export. */
  readonly name: string;
  /** Returns the absolute paths of what was written. */
  readonly write: (network: PortableNetwork, out: string) => Promise<readonly string[]>;
}

const WRITERS: Readonly<Record<ExportFormat, Writer>> = {
  onnx: { name: 'network.onnx', write: writeOnnxFile },
  keras: { name: 'network.keras', write: writeKerasFile },
  savedmodel: { name: 'savedmodel', write: writeSavedModel },
  tfjs: { name: 'tfjs', write: writeTfjsModel },
  safetensors: { name: 'network.safetensors', write: writeTorchFile },
};

/** Writes the network of a run's checkpoint for another program. Throws InputError, UsageError, EnvironmentError. */
export async function exportNetwork({ run, to, checkpoint, out }: ExportOptions): Promise<ExportResult> {
  const network = await portableNetwork(run, checkpoint);
  const { name, write } = WRITERS[to];
  const path = out ?? join(run, 'export', name);
  return { run, to, path, files: await write(network, path), description: descriptionOf(network) };
}
