import { beginCell, type CellRun, runInCell } from './cellContext.js';
import type { Cells } from './cells.js';
import type { Route, ToSockets } from './channel.js';
import type { History } from './history.js';
import { mimeBundleOf } from './mimeBundle.js';
import type { JsonObject, Message } from './protocol.js';
import { type CellError, errorOf } from './traceback.js';

interface Waiting {
  readonly message: Message;
  readonly route: Route;
  readonly receivedAtMs: number;
}

/** Runs execute requests one after the other and answers them. */
export interface ExecuteQueue {
  add(request: Waiting): void;
  showInPager(text: string): void;
}

export interface ExecuteDependencies {
  readonly cells: Cells;
  readonly history: History;
  readonly send: (message: ToSockets) => void;
}

export function createExecuteQueue({ cells, history, send }: ExecuteDependencies): ExecuteQueue {
  const waiting: Waiting[] = [];
  let working = false;
  let count = 0;
  /** A failed cell aborts the cells that were sent before it failed (run all), not those sent afterwards. */
  let abortUntilMs = 0;
  let payload: JsonObject[] = [];

  const publish = (message: Message, type: string, content: JsonObject): void =>
    send({ kind: 'publish', type, content, parent: message.header });

  /** Runs the request's code and publishes what it gives; returns the content of the reply. */
  const execute = async (message: Message): Promise<JsonObject> => {
    const { code, silent, store_history, user_expressions } = message.content;
    if (typeof code !== 'string') return errorReply(count, notText(code));
    if (silent !== true) count++;
    const run: CellRun = createRun(message, count);
    beginCell(run);
    send({ kind: 'cell', parent: message.header });
    if (silent !== true) {
      if (store_history !== false) history.add(count, code);
      publish(message, 'execute_input', { code, execution_count: count });
    }
    payload = [];
    const outcome = await cells.run(code, run);
    if (!outcome.ok) {
      publish(message, 'error', { ...outcome.error });
      return errorReply(count, outcome.error);
    }
    try {
      if (outcome.value !== undefined && silent !== true) {
        const data = runInCell(run, () => mimeBundleOf(outcome.value));
        publish(message, 'execute_result', { execution_count: count, data, metadata: {} });
      }
    } catch (thrown) {
      const error = cells.errorOf(thrown);
      publish(message, 'error', { ...error });
      return errorReply(count, error);
    }
    const expressions = await evaluate((user_expressions ?? {}) as Record<string, unknown>, message);
    return { status: 'ok', execution_count: count, payload, user_expressions: expressions };
  };

  const evaluate = async (expressions: Record<string, unknown>, message: Message): Promise<JsonObject> => {
    const values: Record<string, JsonObject> = {};
    for (const [name, code] of Object.entries(expressions)) {
      const outcome = await cells.run(`(${code});`, createRun(message, 0));
      values[name] = outcome.ok
        ? { status: 'ok', data: mimeBundleOf(outcome.value), metadata: {} }
        : { status: 'error', ...outcome.error };
    }
    return values;
  };

  const answer = async ({ message, route, receivedAtMs }: Waiting): Promise<void> => {
    const { header: parent, identities, content } = message;
    send({ kind: 'status', state: 'busy', parent });
    const aborted = receivedAtMs <= abortUntilMs;
    const reply = aborted ? { status: 'aborted' } : await execute(message);
    if (reply.status === 'error' && content.stop_on_error !== false)
      abortUntilMs = performance.timeOrigin + performance.now();
    send({ kind: 'reply', route, type: 'execute_reply', content: reply, parent, identities });
    send({ kind: 'status', state: 'idle', parent });
  };

  const work = async (): Promise<void> => {
    working = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await answer(next);
    working = false;
  };

  return {
    add(request) {
      waiting.push(request);
      if (!working) void work();
    },
    showInPager: (text) => payload.push({ source: 'page', data: { 'text/plain': text }, start: 0 }),
  };
}

function createRun(request: Message, number: number): CellRun {
  return { request, number, interruption: new AbortController(), signalTaken: false, abandoned: false };
}

function errorReply(count: number, error: CellError): JsonObject {
  return { status: 'error', execution_count: count, ...error };
}

function notText(code: unknown): CellError {
  return errorOf(new TypeError(`expected the cell's code as text, received ${typeof code}`), new Map());
}
