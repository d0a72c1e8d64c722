import { parentPort } from 'node:worker_threads';
import type { ItkAnswer, ItkQuestion } from './itkReader.js';

/*
 * The thread that reads scans with ITK's own readers, compiled to WebAssembly. A thread of its own, because the library
 * blocks while it reads, prints its failures on stdout, and keeps its memory until its thread ends.
 */
// What the library prints goes nowhere: sent to the parent, it would keep a process alive that is done, for nobody reads it.
for (const stream of [process.stdout, process.stderr])
  stream.write = (...written: readonly unknown[]): boolean => {
    const done = written.at(-1);
    if (typeof done === 'function') done();
    return true;
  };

const { readImageNode } = await import('@itk-wasm/image-io');

parentPort!.on('message', async ({ id, path, informationOnly }: ItkQuestion) => {
  let answer: ItkAnswer;
  try {
    const image = await readImageNode(path, { informationOnly });
    const { imageType, size, spacing, origin, direction, data } = image;
    const { dimension, components, componentType } = imageType;
    answer = {
      id,
      image: {
        dimension,
        components,
        componentType,
        size,
        spacing,
        origin,
        direction: Array.from(direction, Number),
        data,
      },
    };
  } catch (error) {
    // A number is the address of a C++ exception inside the module: it says nothing to a reader.
    answer = { id, failure: error instanceof Error ? error.message : '' };
  }
  parentPort!.postMessage(answer);
});
