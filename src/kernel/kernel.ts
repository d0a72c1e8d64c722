import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import { currentCell, rememberCellsInTimers } from './cells/cellContext.js';
import { createCellImports, withCellImports } from './cells/cellImports.js';
import { createCells, type WhileCompiling } from './cells/cells.js';
import { ExecuteQueue } from './cells/executeQueue.js';
import { createGarbageCollection } from './cells/garbage.js';
import { createHistory } from './cells/history.js';
import { createInputReader } from './cells/inputReader.js';
import { announceLoops } from './cells/loopStop.js';
import { moduleLowering } from './cells/lowering.js';
import { CellModules } from './cells/modules.js';
import { inPauses } from './cells/pauses.js';
import { createStackPlaces, mapStacks } from './cells/stackPlaces.js';
import { reportUncaught } from './cells/uncaught.js';
import { announceUserCode } from './cells/userCode.js';
import { createComms } from './comms.js';
import { display } from './display.js';
import { findProjectRoot } from './notebooks/projectRoot.js';
import { type KernelOptions, type OpenWire, openWire } from './openWire.js';
import { redirectOutputStreams } from './outputStreams.js';
import { showConsoleTables } from './outputs/consoleTable.js';
import { shortenConsoleValues } from './outputs/consoleValues.js';
import { createPrompts } from './prompts.js';
import { createRequestHandler } from './requests.js';
import { type KernelSession, openSession } from './session.js';
import { createCellCompiler } from './typescript/tslab.js';
import { COMPILING, INTERRUPT_TAKEN, STOP_LOOPS, type ToSockets } from './wire/channel.js';
import { encodeContent } from './wire/protocol.js';

/**
 * Turns this process into a kernel. The sockets' thread starts first and answers while the compiler loads; compiler and
 * cells share the main thread. The working directory becomes the project's root, so that cells name files from there.
 * @example
 * startKernel({ connectionFile: 'connection.json', logDescriptor: 2 }); // as Jupyter writes it
 */
export function startKernel({ connectionFile, logDescriptor }: KernelOptions): void {
  runKernel(openWire({ connectionFile, logDescriptor }));
}

/** The same, where the thread runs already. */
export function runKernel({ shared, inputPort, streams, send, listen }: OpenWire): void {
  redirectOutputStreams(send, streams);
  const notebooks = process.cwd(); // Jupyter starts a kernel in the folder of its notebook
  process.chdir(findProjectRoot(notebooks));
  process.removeAllListeners('warning'); // Node's notes on experimental features are not the notebook's
  announceUserCode(shared);
  announceLoops(shared);
  rememberCellsInTimers();
  rememberCellsInTimers(timers); // what `import … from 'node:timers'` gives
  syncBuiltinESMExports();

  const whileCompiling = protectCompiler(shared);
  const plain = whileCompiling(() => createCellCompiler());
  const imports = createCellImports(plain.ts, process.cwd(), notebooks);
  const compiler = withCellImports(plain, imports);
  const places = createStackPlaces();
  mapStacks(places);
  const modules = new CellModules({
    root: process.cwd(),
    lower: moduleLowering(compiler.ts, places),
    ...imports,
  });
  const cells = createCells(compiler, modules, places, whileCompiling);
  const history = createHistory();
  const collectGarbage = createGarbageCollection();
  const queue = new ExecuteQueue({ cells, history, send, afterCell: collectGarbage });
  const session = createSession(send, createInputReader(shared, inputPort, send), queue);
  openSession(session);
  shortenConsoleValues();
  showConsoleTables(display);
  Object.assign(globalThis, createPrompts(session.readInput));
  reportUncaught(cells);
  forbidExit();

  const handle = createRequestHandler({
    compiler,
    cells,
    comms: session.comms,
    history,
    queue,
    whileCompiling,
    send,
  });
  const interrupt = (): void => {
    Atomics.store(shared, INTERRUPT_TAKEN, 1);
    Atomics.store(shared, STOP_LOOPS, 0);
    cells.interrupt();
  };
  process.on('SIGINT', interrupt);
  const steps = plain.prepare();
  const putOff = inPauses(() => whileCompiling(() => steps.next()).done === true, collectGarbage);
  listen((message) => {
    putOff();
    if (message.kind === 'request') {
      handle(message);
      // Of a cell the queue says when it has ended: a second after its request it may still compute.
      if (message.message.header.msg_type !== 'execute_request') collectGarbage();
    } else if (message.kind === 'interrupt') interrupt();
    else endProcess();
  });
}

/** Lets the sockets' thread see when the compiler works: an interrupt then waits. */
function protectCompiler(shared: Int32Array): WhileCompiling {
  let depth = 0;
  return (work) => {
    Atomics.store(shared, COMPILING, 1);
    depth++;
    try {
      return work();
    } finally {
      depth--;
      if (depth === 0) Atomics.store(shared, COMPILING, 0);
    }
  };
}

function createSession(
  send: (message: ToSockets) => void,
  readInput: KernelSession['readInput'],
  queue: ExecuteQueue,
): KernelSession {
  const publish: KernelSession['publish'] = (type, content, { metadata, buffers, parent } = {}) =>
    send({
      kind: 'publishEncoded',
      type,
      content: encodeContent(type, content),
      parent: parent ?? currentCell()?.request.header ?? {},
      ...(buffers && { buffers }),
      ...(metadata && { metadata: encodeContent(`metadata of ${type}`, metadata) }),
    });
  return {
    publish,
    readInput,
    showInPager: (text) => queue.showInPager(text),
    comms: createComms(publish),
    interruptSignal() {
      const run = currentCell();
      if (run === undefined) return new AbortController().signal;
      run.signalTaken = true;
      return run.interruption.signal;
    },
  };
}

/** A cell's `process.exit()` would take the kernel with it, and with it every variable. */
function forbidExit(): void {
  process.exit = (() => {
    throw new Error('process.exit() would end the kernel: restart it from the Kernel menu');
  }) as typeof process.exit;
}

/** Not process.exit(): it would wait for native calls in progress, such as a training step. */
function endProcess(): void {
  process.emit('exit', 0);
  process.kill(process.pid, 'SIGKILL');
}
