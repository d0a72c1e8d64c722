import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parentPort } from 'node:worker_threads';
import type { DecodeAnswer, DecodeQuestion } from './gdcmDecoder.js';

/*
 * The thread that decodes compressed frames with GDCM, compiled to WebAssembly. A thread of its own, because the library
 * blocks while it decodes, prints its failures on stdout, and keeps its memory until its thread ends.
 */
// What the library prints goes nowhere: sent to the parent, it would keep a process alive that is done, for nobody reads it.
for (const stream of [process.stdout, process.stderr])
  stream.write = (...written: readonly unknown[]): boolean => {
    const done = written.at(-1);
    if (typeof done === 'function') done();
    return true;
  };

const { InterfaceTypes } = await import('itk-wasm');

/** The library's own two steps of a call, which loads its program anew each time: that takes longer than most frames. */
type Program = object;
interface Run {
  readonly returnValue: number;
  readonly outputs: readonly { readonly data: unknown }[];
}
const LIBRARY = folderOf('itk-wasm');
const { default: load } = (await import(inLibrary('load-emscripten-module-node.js'))) as {
  default: (path: string) => Promise<Program>;
};
const { default: run } = (await import(inLibrary('run-pipeline-emscripten.js'))) as {
  default: (program: Program, args: string[], outputs: object[], inputs: object[]) => Run;
};

const READER = join(folderOf('@itk-wasm/image-io'), 'pipelines', 'gdcm-read-image');
/** Of the file in the program's own memory: nothing is written to a disk. */
const FILE = 'frame.dcm';
let program: Program | undefined;

parentPort!.on('message', async ({ id, bytes }: DecodeQuestion) => {
  let answer: DecodeAnswer = { id };
  try {
    program ??= await load(READER);
    const { returnValue, outputs } = run(
      program,
      [FILE, '0', '1', '--memory-io'],
      [{ type: InterfaceTypes.JsonCompatible }, { type: InterfaceTypes.Image }],
      [{ type: InterfaceTypes.BinaryFile, data: { path: FILE, data: bytes } }],
    );
    if (returnValue === 0 && outputs[0]?.data === true) {
      const { size, data } = outputs[1]!.data as NonNullable<DecodeAnswer['image']>;
      answer = { id, image: { size, data } };
    }
  } catch {
    // A number is the address of a C++ exception inside the program, a text could hold contents of the file.
  }
  // What it refused may have left it in any state.
  if (answer.image === undefined) program = undefined;
  parentPort!.postMessage(answer);
});

function inLibrary(name: string): string {
  return pathToFileURL(join(LIBRARY, 'pipeline', 'internal', name)).href;
}

function folderOf(library: string): string {
  return dirname(fileURLToPath(import.meta.resolve(library)));
}
