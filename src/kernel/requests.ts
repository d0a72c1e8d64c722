import { originalSetImmediate } from './cells/cellContext.js';
import type { Cells, WhileCompiling } from './cells/cells.js';
import type { ExecuteQueue } from './cells/executeQueue.js';
import type { History } from './cells/history.js';
import type { Comms } from './commTypes.js';
import { characterOffset, utf16Offset } from './cursor.js';
import { completenessOf } from './typescript/completeness.js';
import type { CellCompiler } from './typescript/tslab.js';
import type { Route, ToMain, ToSockets } from './wire/channel.js';
import type { JsonObject, Message } from './wire/protocol.js';

export interface RequestDependencies {
  readonly compiler: CellCompiler;
  readonly cells: Cells;
  readonly comms: Comms;
  readonly history: History;
  readonly queue: Pick<ExecuteQueue, 'add'>;
  readonly whileCompiling: WhileCompiling;
  readonly send: (message: ToSockets) => void;
}

type Answer = (content: JsonObject, message: Message) => JsonObject | undefined;

/** Takes the front end's requests: cells stand in a queue, the rest is answered at once, also while a cell waits. */
export function createRequestHandler(
  dependencies: RequestDependencies,
): (request: ToMain & { kind: 'request' }) => void {
  const { queue, send } = dependencies;
  const answers = createAnswers(dependencies);

  const answer = (route: Route, message: Message, compute: Answer): void => {
    const { header: parent, identities, content } = message;
    const type = parent.msg_type.replace(/_request$/, '_reply');
    let reply: JsonObject | undefined;
    try {
      reply = compute(content, message);
    } catch (thrown) {
      const error = dependencies.cells.errorOf(thrown);
      reply = { status: 'error', ...error };
      // Comm messages have no reply: the cell that set their listener shows its error.
      if (type === parent.msg_type) {
        const cell = dependencies.cells.cellOf(thrown)?.request.header ?? parent;
        send({ kind: 'publish', type: 'error', content: { ...error }, parent: cell });
        return;
      }
    }
    if (reply !== undefined) send({ kind: 'reply', route, type, content: reply, parent, identities });
  };

  return ({ route, message, receivedAtMs }) => {
    const type = message.header.msg_type;
    if (type === 'execute_request') return queue.add({ message, route, receivedAtMs });
    const parent = message.header;
    send({ kind: 'status', state: 'busy', parent });
    let ended = false;
    const end = (): void => {
      if (ended) return;
      ended = true;
      send({ kind: 'status', state: 'idle', parent });
    };
    // Listeners of comms are code of cells, which an interrupt may terminate: then nothing below comes to pass.
    originalSetImmediate(() => {
      if (!ended) dependencies.comms.endMessage();
      end();
    });
    const compute = answers.get(type);
    if (compute !== undefined) answer(route, message, compute);
    else send({ kind: 'log', text: `ignored a message of unknown type ${JSON.stringify(type)}` });
    end();
  };
}

function createAnswers(dependencies: RequestDependencies): ReadonlyMap<string, Answer> {
  const { compiler, cells, comms, history, whileCompiling } = dependencies;
  const answers: Record<string, Answer> = {
    is_complete_request: ({ code }) => ({ ...completenessOf(compiler.ts, String(code)) }),
    complete_request: (content) => whileCompiling(() => completionReply(compiler, cells, content)),
    inspect_request: ({ code, cursor_pos }) => {
      const text = String(code);
      const offset = utf16Offset(text, cursorOf(cursor_pos));
      const found = whileCompiling(() => compiler.inspect(text, offset, cells.declarations()));
      return {
        status: 'ok',
        found: found !== undefined,
        data: found === undefined ? {} : { 'text/plain': found },
        metadata: {},
      };
    },
    history_request: (content) => ({ status: 'ok', history: history.find(content) }),
    comm_info_request: ({ target_name }) => ({
      status: 'ok',
      comms: comms.list(typeof target_name === 'string' ? target_name : undefined),
    }),
    comm_open: (content, { buffers, header }) => {
      comms.receiveOpen(content, buffers, header);
      return undefined;
    },
    comm_msg: (content, { buffers, header }) => {
      comms.receiveMessage(content, buffers, header);
      return undefined;
    },
    comm_close: (content) => {
      comms.receiveClose(content);
      return undefined;
    },
  };
  return new Map(Object.entries(answers));
}

function completionReply(compiler: CellCompiler, cells: Cells, { code, cursor_pos }: JsonObject): JsonObject {
  const text = String(code);
  const offset = utf16Offset(text, cursorOf(cursor_pos));
  const { matches, start, end, kinds } = compiler.complete(text, offset, cells.declarations());
  const cursor_start = characterOffset(text, start);
  const cursor_end = characterOffset(text, end);
  return {
    status: 'ok',
    matches,
    cursor_start,
    cursor_end,
    // JupyterLab shows an icon for the kind.
    metadata: {
      _jupyter_types_experimental: matches.map((match) => ({
        text: match,
        type: kinds.get(match) ?? '',
        start: cursor_start,
        end: cursor_end,
      })),
    },
  };
}

/** Where the front end says nothing of use: the start. */
function cursorOf(position: unknown): number {
  return typeof position === 'number' ? position : 0;
}
