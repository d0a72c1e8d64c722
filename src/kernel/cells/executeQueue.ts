import { displayIdOf, mimeBundleSoon } from '../outputs/mimeBundle.js';
import type { Route, ToSockets } from '../wire/channel.js';
import { encodeContent, type JsonObject, type Message } from '../wire/protocol.js';
import { beginCell, type CellRun, createRun } from './cellContext.js';
import type { Cells } from './cells.js';
import type { History } from './history.js';
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
  /** Called when a cell has been answered. */
  readonly afterCell?: () => void;
}

export function createExecuteQueue({
  cells,
  history,
  send,
  afterCell = () => {},
}: ExecuteDependencies): ExecuteQueue {
  const waiting: Waiting[] = [];
  let working = false;
  let count = 0;
  /** A failed cell aborts the cells that were sent before it failed (run all), not those sent afterwards. */
  let abortUntilMs = 0;
  let payload: JsonObject[] = [];

  const publish = (message: Message, type: string, content: JsonObject): void =>
    send({ kind: 'publish', type, content, parent: message.header });

  /** Code without a prompt of its own (silent, not in the history, an expression) is `3.1`, `3.2`, ... after cell 3. */
  let unnumbered = 0;
  const newRun = (message: Message, numbered: boolean): CellRun => {
    if (numbered) {
      count++;
      unnumbered = 0;
    } else unnumbered++;
    return createRun(message, numbered ? `${count}` : `${count}.${unnumbered}`);
  };

  /** Runs the request's code and publishes what it gives; returns the content of the reply. */
  const execute = async (message: Message): Promise<JsonObject> => {
    const { code, silent, store_history, user_expressions } = message.content;
    if (typeof code !== 'string') return errorReply(count, notText(code));
    const run = newRun(message, silent !== true && store_history !== false);
    beginCell(run);
    send({ kind: 'cell', parent: message.header });
    if (silent !== true) publish(message, 'execute_input', { code, execution_count: count });
    if (silent !== true && store_history !== false) history.add(count, code);
    payload = [];
    try {
      const outcome = await cells.run(code, run);
      if (!outcome.ok) throw new Failed(outcome.error);
      if (outcome.value !== undefined && silent !== true) {
        const display_id = displayIdOf(outcome.value);
        // JupyterLab changes no results, only what was displayed.
        const type = display_id === undefined ? 'execute_result' : 'display_data';
        const more = display_id === undefined ? { execution_count: count } : { transient: { display_id } };
        const content = await shown(outcome.value, run, cells, (data) => ({ ...more, data, metadata: {} }));
        send({ kind: 'publishEncoded', type, content, parent: message.header });
      }
      const expressions = await evaluate((user_expressions ?? {}) as Record<string, unknown>, message);
      return { status: 'ok', execution_count: count, payload, user_expressions: expressions };
    } catch (thrown) {
      const error = errorIn(thrown);
      publish(message, 'error', { ...error });
      return errorReply(count, error);
    }
  };

  const errorIn = (thrown: unknown): CellError =>
    thrown instanceof Failed ? thrown.error : cells.errorOf(thrown);

  const evaluate = async (expressions: Record<string, unknown>, message: Message): Promise<JsonObject> => {
    const values: Record<string, JsonObject> = {};
    for (const [name, code] of Object.entries(expressions)) {
      const run = newRun(message, false);
      try {
        const outcome = await cells.run(`(${code});`, run);
        if (!outcome.ok) throw new Failed(outcome.error);
        const text = await shown(outcome.value, run, cells, (data) => data);
        // Without what JSON leaves out, which may not go to another thread.
        const data: unknown = JSON.parse(text);
        values[name] = { status: 'ok', data, metadata: {} };
      } catch (thrown) {
        values[name] = { status: 'error', ...errorIn(thrown) };
      }
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
    afterCell();
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
    showInPager: (text) => payload.push({ source: 'page', data: { 'text/plain': String(text) }, start: 0 }),
  };
}

/** The cell's error, on its way to the reply. */
class Failed extends Error {
  constructor(readonly error: CellError) {
    super(error.evalue);
  }
}

/** As JSON, content with what Jupyter shows of a value. What JSON cannot hold is an error here, of the cell. */
function shown(
  value: unknown,
  run: CellRun,
  cells: Cells,
  contentWith: (data: JsonObject) => JsonObject,
): Promise<string> {
  const encode = (data: JsonObject): string => encodeContent('the value shown', contentWith(data));
  // All of it is among what an interrupt may end: of a large value it takes long.
  return cells.during(run, () => {
    const data = mimeBundleSoon(value);
    return data instanceof Promise ? data.then(encode) : encode(data);
  });
}

function errorReply(count: number, error: CellError): JsonObject {
  return { status: 'error', execution_count: count, ...error };
}

function notText(code: unknown): CellError {
  return errorOf(new TypeError(`expected the cell's code as text, received ${typeof code}`), () => undefined);
}
