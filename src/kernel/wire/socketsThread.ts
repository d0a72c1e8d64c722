import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../errors.js';
import {
  INPUT,
  INPUT_GIVEN,
  INPUT_WAITING,
  type Route,
  type SocketsThreadData,
  type ToMain,
  type ToSockets,
} from './channel.js';
import { endChildren } from './children.js';
import { createInterrupter } from './interrupter.js';
import { readPipes } from './outputPipes.js';
import {
  createWire,
  type EncodedOutgoing,
  type Message,
  type Outgoing,
  type ParentHeader,
  readConnection,
} from './protocol.js';
import { bindSockets } from './sockets.js';
import { createStreamJoiner } from './streamJoiner.js';

/** Entry of the sockets' thread: signs, routes and sends; answers by itself what must not wait for a cell. */
const { connectionFile, folder, shared, inputPort, outputs, logDescriptor, kernelInfo, starter } =
  workerData as SocketsThreadData;
const words = new Int32Array(shared);
const main = parentPort!;
const toMain = (message: ToMain): void => main.postMessage(message);
const log = (text: string): void => {
  writeSync(logDescriptor, `voxlab kernel: ${text}\n`);
};

const connection = readConnection(connectionFile, folder);
const wire = createWire(connection);
/** Whether front ends have been told what the kernel does. */
let hasStatus = false;
/** Child processes and native code do not say which cell they belong to: the newest. */
let newestCell: ParentHeader = {};

const sockets = await bindSockets(connection, {
  shell: (frames) => receive('shell', frames),
  control: (frames) => receive('control', frames),
  stdin: receiveInput,
  // JEP 65: a front end knows from this message that it misses nothing from now on.
  subscribed: (topic) => {
    const content = { subscription: topic.toString() };
    sockets.send('iopub', wire.build({ type: 'iopub_welcome', content, parent: {}, identities: [topic] }));
    // Said before, it would reach a front end that is just coming ahead of its welcome.
    if (!hasStatus) publishStatus('starting', {});
  },
});

const streams = createStreamJoiner((name, text, parent) =>
  sockets.send('iopub', wire.build(onTopic({ type: 'stream', content: { name, text }, parent }))),
);
const pipes = readPipes(outputs, (name, text) => streams.write(name, text, newestCell));
const interruptMain = createInterrupter(words, () => toMain({ kind: 'interrupt' }));

function onTopic<M extends Outgoing | EncodedOutgoing>(message: M): M {
  return { ...message, identities: [Buffer.from(message.type)] };
}

function publish(message: Outgoing | EncodedOutgoing): void {
  streams.flush();
  sockets.send('iopub', wire.build(onTopic(message)));
}

function publishStatus(state: 'starting' | 'busy' | 'idle', parent: ParentHeader): void {
  hasStatus = true;
  if (state === 'idle') pipes.drain();
  publish({ type: 'status', content: { execution_state: state }, parent });
}

function reply(route: Route, message: Outgoing): void {
  pipes.drain();
  streams.flush();
  sockets.send(route, wire.build(message));
}

/** The message, or nothing where it is none of ours: dropped and logged, and the kernel lives on. */
function parseOn(socket: Route | 'stdin', frames: Buffer[]): Message | undefined {
  try {
    return wire.parse(frames);
  } catch (error) {
    log(`dropped a message on ${socket}: ${messageOf(error)}`);
    return undefined;
  }
}

function receive(route: Route, frames: Buffer[]): void {
  const message = parseOn(route, frames);
  if (message === undefined) return;
  const answerHere = ANSWERED_HERE.get(message.header.msg_type);
  if (answerHere === undefined) {
    toMain({
      kind: 'request',
      route,
      message,
      receivedAtMs: performance.timeOrigin + performance.now(),
    });
    return;
  }
  const { header: parent, identities } = message;
  publishStatus('busy', parent);
  const { type, content } = answerHere(message);
  reply(route, { type, content, parent, identities });
  publishStatus('idle', parent);
}

type AnswerHere = (message: Message) => Pick<Outgoing, 'type' | 'content'>;

/** A map: what a front end sends as a type must not find `toString` and its like. */
const ANSWERED_HERE = new Map<string, AnswerHere>(
  Object.entries<AnswerHere>({
    kernel_info_request: () => ({ type: 'kernel_info_reply', content: kernelInfo }),
    interrupt_request: () => {
      void interruptMain();
      return { type: 'interrupt_reply', content: { status: 'ok' } };
    },
    shutdown_request: ({ content }) => {
      endProcessSoon();
      return { type: 'shutdown_reply', content: { status: 'ok', restart: content.restart === true } };
    },
  }),
);

/**
 * First what the cells have started. The main thread leaves by itself when it can; a native call or a synchronous cell must
 * not keep the process alive.
 */
function endProcessSoon(): void {
  void endChildren().finally(() => {
    setTimeout(() => toMain({ kind: 'exit' }), 50);
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 600);
  });
}

function receiveInput(frames: Buffer[]): void {
  const message = parseOn('stdin', frames);
  if (message === undefined) return;
  if (Atomics.load(words, INPUT) !== INPUT_WAITING) return;
  inputPort.postMessage(String(message.content.value ?? ''));
  Atomics.store(words, INPUT, INPUT_GIVEN);
  Atomics.notify(words, INPUT);
}

main.on('message', (message: ToSockets) => {
  if (message.kind === 'publish' || message.kind === 'publishEncoded') publish(message);
  else if (message.kind === 'stream') streams.write(message.name, message.text, message.parent);
  else if (message.kind === 'reply') reply(message.route, message);
  else if (message.kind === 'status') publishStatus(message.state, message.parent);
  else if (message.kind === 'cell') newestCell = message.parent;
  else if (message.kind === 'log') log(message.text);
  else if (message.kind === 'input') {
    const { prompt, password, request } = message;
    streams.flush();
    sockets.send(
      'stdin',
      wire.build({
        type: 'input_request',
        content: { prompt, password },
        parent: request.header,
        identities: request.identities,
      }),
    );
  }
});

// A kernel whose Jupyter died without a farewell would stay for ever; one that was started by hand may outlive its shell.
if (starter !== undefined) {
  const watch = setInterval(() => {
    if (process.ppid === starter) return;
    clearInterval(watch);
    endProcessSoon();
  }, 1000).unref();
}
