import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { INPUT, INPUT_GIVEN, INPUT_NONE, INPUT_WAITING, type ToSockets } from '../wire/channel.js';
import { currentCell } from './cellContext.js';
import { keyboardInterrupt } from './keyboardInterrupt.js';

/** Reads a line from the user: the main thread sleeps while the sockets' thread asks the front end. */
export function createInputReader(
  shared: Int32Array,
  answers: MessagePort,
  send: (message: ToSockets) => void,
): (prompt: string, password: boolean) => string {
  return (prompt, password) => {
    const run = currentCell();
    const request = run?.request;
    if (request?.content.allow_stdin !== true)
      throw new Error('this front end takes no input: it runs the notebook without a reader');
    const { header, identities } = request;
    // A cell may have anything as a prompt; what is no text may be lost on its way, and the wait would have no end.
    const question = { prompt: String(prompt), password: Boolean(password) };
    Atomics.store(shared, INPUT, INPUT_WAITING);
    send({ kind: 'input', ...question, request: { header, identities } });
    Atomics.wait(shared, INPUT, INPUT_WAITING);
    const state = Atomics.exchange(shared, INPUT, INPUT_NONE);
    if (state !== INPUT_GIVEN) {
      run!.hasThrownInterrupt = true;
      throw keyboardInterrupt();
    }
    return String(receiveMessageOnPort(answers)?.message ?? '');
  };
}
