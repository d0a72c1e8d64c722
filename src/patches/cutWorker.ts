import { answerTasks } from '../threadPool.js';
import { newScanMemory } from '../volumes/voxels/scanMemory.js';
import { type CutScan, type CutTask, cutScan, type FailedScan } from './cutScan.js';

/** The voxels of one scan after the other lie in the same memory: fresh memory costs as much time as the reading itself. */
let memory = new ArrayBuffer(0);

function memoryOf(bytes: number, path: string): ArrayBuffer {
  if (memory.byteLength >= bytes) return memory;
  // What is too small is let go first.
  memory = new ArrayBuffer(0);
  memory = newScanMemory(bytes, path);
  return memory;
}

/** The thread that cuts scans. */
answerTasks<CutTask, readonly CutScan[] | FailedScan>((task) => cutScan(task, memoryOf));
