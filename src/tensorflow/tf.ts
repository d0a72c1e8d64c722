import { createRequire } from 'node:module';
import util from 'node:util';
import type * as Tensorflow from '@tensorflow/tfjs';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js';
import type { Attribute } from './attributes.js';
import type { Binding, TensorReference } from './binding.js';

/** All that TensorFlow.js exports. */
export type TensorflowModule = typeof Tensorflow;
export type KernelFunction = Tensorflow.KernelFunc;
export type NamedTensorInfoMap = Tensorflow.NamedTensorInfoMap;
export type TensorInfo = Tensorflow.TensorInfo;
export type TensorValues = Tensorflow.BackendValues;
export type TensorDataType = Tensorflow.DataType;
/** TensorFlow.js's tensor of any rank. */
export type Tensor = Tensorflow.Tensor;
/** Of rank 1. */
export type Tensor1D = Tensorflow.Tensor1D;
/** Of rank 2. */
export type Tensor2D = Tensorflow.Tensor2D;
export type Tensor4D = Tensorflow.Tensor4D;
/** Of rank 5: batch, depth, height, width, channels. */
export type Tensor5D = Tensorflow.Tensor5D;
export type NamedTensorMap = Tensorflow.NamedTensorMap;
export type Scalar = Tensorflow.Scalar;

/** The backend's own helpers between its tensors and the binding's numbers, which its declarations call private. */
type Backend = Pick<NodeJSKernelBackend, 'executeMultipleOutputs'> & {
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  createOutputTensor(reference: TensorReference): Tensor;
};

/**
 * TensorFlow.js. It takes half a second to load, so it is loaded by `installBinding` (that is, by `openEngine`) and
 * not by importing this file.
 */
export let tf: TensorflowModule;

/** What TensorFlow.js has for Node alone. */
export type NodeApi = typeof import('@tensorflow/tfjs-node-gpu/dist/node.js').node;

let backend: Backend;
let installed: Binding;

/** The package whose kernels voxlab uses: the GPU one, because its name permits dilated 3-D convolutions. */
const KERNELS = '@tensorflow/tfjs-node-gpu';

/** Makes TensorFlow.js run its kernels through the binding. Once a process: its kernels know one backend by name. */
export function installBinding(binding: Binding): void {
  installed = binding;
  const require = createRequire(import.meta.url);
  restoreRemovedUtilities();
  tf = require('@tensorflow/tfjs') as typeof Tensorflow;
  require('@tensorflow/tfjs-node-gpu/dist/register_all_kernels');
  const { NodeJSKernelBackend: Kernels } =
    require('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend') as {
      NodeJSKernelBackend: new (binding: Binding, packageName: string) => NodeJSKernelBackend;
    };
  const kernels = new Kernels(binding, KERNELS);
  backend = kernels as unknown as Backend;
  tf.registerBackend('tensorflow', () => kernels, 3);
  tf.setBackend('tensorflow');
  const { nodeFileSystemRouter } = require('@tensorflow/tfjs-node-gpu/dist/io/file_system');
  tf.io.registerLoadRouter(nodeFileSystemRouter);
  tf.io.registerSaveRouter(nodeFileSystemRouter);
}

/** Pictures, TensorBoard's summaries and callbacks: loaded at the first call, after `installBinding`. */
export function nodeApi(): NodeApi {
  return createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/dist/node').node as NodeApi;
}

/** TensorFlow.js as one script for pages, which makes the global `tf`: path of its file. */
export function browserBundle(): string {
  return createRequire(import.meta.url).resolve('@tensorflow/tfjs/dist/tf.es2017.min.js');
}

/** Whether operations run on a GPU where nothing else is said. */
export function computesOnGpu(): boolean {
  return installed.isUsingGpuDevice();
}

/** The binding's number of a tensor. */
export function tensorId(tensor: Tensor): number {
  return backend.getInputTensorIds([tensor])[0]!;
}

/** A TensorFlow.js tensor over one of the binding's (float32, int32 or bool). */
export function tensorOf<T extends Tensor>(reference: TensorReference): T {
  return backend.createOutputTensor(reference) as T;
}

/** Runs any TensorFlow operation on TensorFlow.js tensors; no gradient is recorded (wrap it in tf.customGrad). */
export function runOperation(
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly Tensor[],
  outputCount: number,
): Tensor[] {
  return backend.executeMultipleOutputs(name, [...attributes], [...inputs], outputCount);
}

/**
 * As `runOperation` with one result, on the binding's own numbers: for element types that TensorFlow.js does not know.
 * `shape` is given where TensorFlow cannot infer it.
 */
export function runOnReferences(
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly number[],
  shape?: readonly number[],
): TensorReference {
  return installed.executeOp(name, attributes, inputs, 1, shape === undefined ? undefined : [shape])[0]!;
}

/** A constant of the binding. */
export function constantReference(
  shape: readonly number[],
  dtype: number,
  values: readonly number[],
): number {
  return installed.createTensor(shape, dtype, values);
}

/** TensorFlow.js 4.22 calls two functions that Node 23 removed; others have them, and warn of them in every program. */
function restoreRemovedUtilities(): void {
  const old = util as unknown as Record<string, unknown>;
  old.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  old.isArray = Array.isArray;
}
