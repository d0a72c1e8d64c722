/**
 * TensorFlow.js on TensorFlow's own library, on CPU or GPU, without a compiler or an install script.
 * @module voxlab/tensorflow
 */
export { EngineError, EnvironmentError, VoxlabError } from '../errors.js';
export type { Device } from '../tensorflow/context.js';
export { type Engine, type EngineOptions, openEngine } from '../tensorflow/engine.js';
export { type TensorflowJs, tf } from '../tensorflow/publicTf.js';
