import { join } from 'node:path';
import type { OwnNetwork } from '../model/ownNetwork.js';
import type { CheckpointLink } from '../training/run/checkpoint.js';
import { writeKerasFile } from './kerasFile.js';
import { writeOnnxFile } from './onnxFile.js';
import { descriptionOf, type PortableNetwork, portableNetwork } from './portableNetwork.js';
import { writeSavedModel } from './savedModel.js';
import { writeTensorboardFile } from './tensorboard.js';
import { writeTfjsModel } from './tfjsModel.js';
import { writeTorchFile } from './torchFile.js';

/** What the network of a run can be written as. */
export const EXPORT_FORMATS = ['onnx', 'keras', 'savedmodel', 'tfjs', 'safetensors', 'tensorboard'] as const;

/** Programs that a network can be written for. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What exportNetwork() writes, and where. */
export interface ExportOptions {
  readonly run: string;
  readonly to: ExportFormat;
  readonly checkpoint: CheckpointLink;
  /** File or folder; default: RUN/export/..., for `tensorboard` RUN itself. */
  readonly out?: string;
  /** Of one's own, where the run was trained with one that no file holds. */
  readonly network?: OwnNetwork | undefined;
}

/** What exportNetwork() wrote. */
export interface ExportResult {
  readonly run: string;
  readonly to: ExportFormat;
  /** The file, or the folder of `savedmodel`, `tfjs` and `tensorboard`. */
  readonly path: string;
  /** Absolute paths of what was written. */
  readonly files: readonly string[];
  /** What could not be written, and why. */
  readonly notes: readonly string[];
  /** What the files say of themselves: checkpoint, input, window, output. */
  readonly description: Readonly<Record<string, unknown>>;
}

type Written = Pick<ExportResult, 'files' | 'notes'>;

interface Writer {
  /** Where it goes by default, below the run. */
  readonly place: string;
  readonly write: (network: PortableNetwork, out: string, run: string) => Promise<Written>;
}

const WRITERS: Readonly<Record<ExportFormat, Writer>> = {
  onnx: { place: 'export/network.onnx', write: whole(writeOnnxFile) },
  keras: { place: 'export/network.keras', write: whole(writeKerasFile) },
  savedmodel: { place: 'export/savedmodel', write: whole(writeSavedModel) },
  tfjs: { place: 'export/tfjs', write: whole(writeTfjsModel) },
  safetensors: { place: 'export/network.safetensors', write: whole(writeTorchFile) },
  // Beside the run's curves: TensorBoard shows a folder as one run.
  tensorboard: { place: '.', write: writeTensorboardFile },
};

/**
 * Writes the network of a run's checkpoint for another program. Throws InputError, UsageError, EnvironmentError.
 * @example
 * const run = inRepository('runs/start');
 * const { path, notes } = await exportNetwork({ run, to: 'onnx', checkpoint: 'best' });
 * console.log(path, notes);
 */
export async function exportNetwork({
  run,
  to,
  checkpoint,
  out,
  network: own,
}: ExportOptions): Promise<ExportResult> {
  const network = await portableNetwork(run, checkpoint, own);
  const { place, write } = WRITERS[to];
  const path = out ?? join(run, place);
  return { run, to, path, ...(await write(network, path, run)), description: descriptionOf(network) };
}

/** Of a format that has all of a network. */
function whole(
  write: (network: PortableNetwork, out: string) => Promise<readonly string[]>,
): Writer['write'] {
  return async (network, out) => ({ files: await write(network, out), notes: [] });
}
