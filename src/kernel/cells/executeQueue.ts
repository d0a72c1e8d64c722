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

export interface ExecuteDependencies {
  readonly cells: Cells;
  readonly history: History;
  readonly send: (message: ToSockets) => void;
  /** Called when a cell has been answered. */
  readonly afterCell?: () => void;
}

/** Runs execute requests one after the other and answers them. */
export class ExecuteQueue {
  readonly #waiting: Waiting[] = [];
  #working = false;
  #count = 0;
  /** Code without a prompt of its own (silent, not in the history, an expression) is `3.1`, `3.2`, ... after cell 3. */
  #unnumbered = 0;
  /** A failed cell aborts the cells that were sent before it failed (run all), not those sent afterwards. */
  #abortUntilMs = 0;
  #payload: JsonObject[] = [];

  constructor(private readonly needs: ExecuteDependencies) {}

  add(request: Waiting): void {
    this.#waiting.push(request);
    if (!this.#working) void this.#work();
  }

  showInPager(text: string): void {
    this.#payload.push({ source: 'page', data: { 'text/plain': String(text) }, start: 0 });
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift())
      await this.#answer(next);
    this.#working = false;
  }

  async #answer({ message, route, receivedAtMs }: Waiting): Promise<void> {
    const { send, afterCell } = this.needs;
    const { header: parent, identities, content } = message;
    send({ kind: 'status', state: 'busy', parent });
    const aborted = receivedAtMs <= this.#abortUntilMs;
    const reply = aborted ? { status: 'aborted' } : await this.#execute(message);
    if (reply.status === 'error' && content.stop_on_error !== false)
      this.#abortUntilMs = performance.timeOrigin + performance.now();
    send({ kind: 'reply', route, type: 'execute_reply', content: reply, parent, identities });
    send({ kind: 'status', state: 'idle', parent });
    afterCell?.();
  }

  /** Runs the request's code and publishes what it gives; returns the content of the reply. */
  async #execute(message: Message): Promise<JsonObject> {
    const { cells, history, send } = this.needs;
    const { code, silent, store_history, user_expressions } = message.content;
    if (typeof code !== 'string') return errorReply(this.#count, notText(code));
    const run = this.#newRun(message, silent !== true && store_history !== false);
    const count = this.#count;
    beginCell(run);
    send({ kind: 'cell', parent: message.header });
    if (silent !== true) this.#publish(message, 'execute_input', { code, execution_count: count });
    if (silent !== true && store_history !== false) history.add(count, code);
    this.#payload = [];
    try {
      const outcome = await cells.run(code, run);
      if (!outcome.ok) throw new Failed(outcome.error);
      if (outcome.value !== undefined && silent !== true) await this.#show(outcome.value, run, message);
      const expressions = await this.#evaluate((user_expressions ?? {}) as Record<string, unknown>, message);
      return { status: 'ok', execution_count: count, payload: this.#payload, user_expressions: expressions };
    } catch (thrown) {
      const error = this.#errorIn(thrown);
      this.#publish(message, 'error', { ...error });
      return errorReply(count, error);
    }
  }

  #newRun(message: Message, numbered: boolean): CellRun {
    if (numbered) {
      this.#count++;
      this.#unnumbered = 0;
    } else this.#unnumbered++;
    return createRun(message, numbered ? `${this.#count}` : `${this.#count}.${this.#unnumbered}`);
  }

  async #show(value: unknown, run: CellRun, { header: parent }: Message): Promise<void> {
    const display_id = displayIdOf(value);
    // JupyterLab changes no results, only what was displayed.
    const type = display_id === undefined ? 'execute_result' : 'display_data';
    const more = display_id === undefined ? { execution_count: this.#count } : { transient: { display_id } };
    const content = await shown(value, run, this.needs.cells, (data) => ({ ...more, data, metadata: {} }));
    this.needs.send({ kind: 'publishEncoded', type, content, parent });
  }

  async #evaluate(expressions: Record<string, unknown>, message: Message): Promise<JsonObject> {
    const { cells } = this.needs;
    const values: Record<string, JsonObject> = {};
    for (const [name, code] of Object.entries(expressions)) {
      const run = this.#newRun(message, false);
      try {
        const outcome = await cells.run(`(${code});`, run);
        if (!outcome.ok) throw new Failed(outcome.error);
        const text = await shown(outcome.value, run, cells, (data) => data);
        // Without what JSON leaves out, which may not go to another thread.
        const data: unknown = JSON.parse(text);
        values[name] = { status: 'ok', data, metadata: {} };
      } catch (thrown) {
        values[name] = { status: 'error', ...this.#errorIn(thrown) };
      }
    }
    return values;
  }

  #errorIn(thrown: unknown): CellError {
    return thrown instanceof Failed ? thrown.error : this.needs.cells.errorOf(thrown);
  }

  #publish(message: Message, type: string, content: JsonObject): void {
    this.needs.send({ kind: 'publish', type, content, parent: message.header });
  }
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
