import { parentPort } from 'node:worker_threads';
import { messageOf } from '../errors.js';
import { makeScan, type ScanResult, type ScanTask } from './scanFiles.js';

/** A worker's answer to one task. */
export type SampleAnswer =
  | { readonly result: ScanResult }
  | { readonly index: number; readonly failure: string };

parentPort?.on('message', (task: ScanTask) => {
  let answer: SampleAnswer;
  try {
    answer = { result: makeScan(task) };
  } catch (error) {
    answer = { index: task.index, failure: messageOf(error) };
  }
  parentPort?.postMessage(answer);
});
