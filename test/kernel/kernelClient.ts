import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dealer, Subscriber } from 'zeromq';
import { SINGLE_FILES } from '../../src/kernel/notebooks/kernelSpec.js';
import {
  type Connection,
  createWire,
  endpoint,
  type JsonObject,
  type Message,
} from '../../src/kernel/wire/protocol.js';
import { inRepository } from '../../src/paths.js';

/** What one request brought: the reply and everything published for it until the kernel was idle again. */
export interface Answered {
  readonly reply: JsonObject;
  readonly published: readonly Message[];
}

/** A front end for the tests: speaks Jupyter's protocol with a real kernel process over ZeroMQ. */
export class KernelClient {
  readonly published: Message[] = [];
  readonly #replies = new Map<string, Message>();
  readonly #wire;
  readonly #shell = new Dealer();
  readonly #control = new Dealer();
  readonly #stdin = new Dealer();
  readonly #iopub = new Subscriber();

  private constructor(
    readonly connection: Connection,
    readonly process: ChildProcess,
    readonly folder: string,
  ) {
    this.#wire = createWire(connection);
  }

  static async start({
    cwd = inRepository('notebooks'),
    transport = 'tcp' as 'tcp' | 'ipc',
    node = process.execPath,
  } = {}): Promise<KernelClient> {
    const folder = mkdtempSync(join(tmpdir(), 'voxlab-test-kernel-'));
    const connection = await newConnection(folder, transport);
    const file = join(folder, 'connection.json');
    writeFileSync(file, JSON.stringify(connection));
    const launcher = inRepository('dist', 'src', 'kernel', 'launcher.js');
    const child = spawn(node, [SINGLE_FILES, launcher, '--connection-file', file], {
      cwd,
      stdio: ['ignore', 'ignore', openSync(join(folder, 'log'), 'a')],
    });
    const client = new KernelClient(connection, child, folder);
    await client.#connect();
    return client;
  }

  /** What the kernel said of itself. */
  get log(): string {
    return readFileSync(join(this.folder, 'log'), 'utf8');
  }

  async #connect(): Promise<void> {
    const identity = `test-${process.pid}`;
    for (const socket of [this.#shell, this.#stdin]) socket.routingId = identity;
    this.#shell.connect(endpoint(this.connection, this.connection.shell_port));
    this.#control.connect(endpoint(this.connection, this.connection.control_port));
    this.#stdin.connect(endpoint(this.connection, this.connection.stdin_port));
    this.#iopub.connect(endpoint(this.connection, this.connection.iopub_port));
    this.#iopub.subscribe();
    for (const socket of [this.#shell, this.#control]) void this.#collectReplies(socket);
    void this.#collectPublished();
    await this.until(() => this.published.some(({ header }) => header.msg_type === 'iopub_welcome'));
    await this.request('kernel_info_request', {});
  }

  async #collectReplies(socket: Dealer): Promise<void> {
    for await (const frames of socket) {
      const message = this.#wire.parse(frames);
      this.#replies.set(String(message.parent.msg_id), message);
    }
  }

  async #collectPublished(): Promise<void> {
    for await (const frames of this.#iopub) this.published.push(this.#wire.parse(frames));
  }

  /** Sends without waiting; returns the message's id. */
  async send(
    type: string,
    content: JsonObject,
    more: { on?: 'shell' | 'control'; buffers?: Uint8Array[] } = {},
  ): Promise<string> {
    const frames = this.#wire.build({ type, content, parent: {}, buffers: more.buffers ?? [] });
    await this.sendFrames(frames, more.on);
    return JSON.parse(Buffer.from(frames[2]!).toString()).msg_id;
  }

  async sendFrames(frames: readonly Uint8Array[], on: 'shell' | 'control' = 'shell'): Promise<void> {
    await (on === 'shell' ? this.#shell : this.#control).send([...frames] as Buffer[]);
  }

  publishedFor(id: string): Message[] {
    return this.published.filter(({ parent }) => parent.msg_id === id);
  }

  isIdle(id: string): boolean {
    return this.publishedFor(id).some(({ content }) => content.execution_state === 'idle');
  }

  async answer(id: string, timeoutMs = 60_000): Promise<Answered> {
    await this.until(() => this.isIdle(id) && this.#replies.has(id), timeoutMs);
    return { reply: this.#replies.get(id)!.content, published: this.publishedFor(id) };
  }

  /** Waits for the end of a message that has no reply, such as a comm's. */
  answerless(id: string, timeoutMs = 5000): Promise<void> {
    return this.until(() => this.isIdle(id), timeoutMs);
  }

  async request(type: string, content: JsonObject, on: 'shell' | 'control' = 'shell'): Promise<Answered> {
    return this.answer(await this.send(type, content, { on }));
  }

  sendCell(code: string, more: JsonObject = {}): Promise<string> {
    return this.send('execute_request', {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: true,
      stop_on_error: true,
      ...more,
    });
  }

  async run(code: string, more: JsonObject = {}): Promise<Answered> {
    return this.answer(await this.sendCell(code, more));
  }

  /** Answers the kernel's next input request. */
  async giveInput(text: string): Promise<JsonObject> {
    const asked = this.#wire.parse(await this.#stdin.receive());
    await this.#stdin.send(
      this.#wire.build({ type: 'input_reply', content: { value: text }, parent: asked.header }) as Buffer[],
    );
    return asked.content;
  }

  async until(holds: () => boolean, timeoutMs = 60_000): Promise<void> {
    const end = Date.now() + timeoutMs;
    while (!holds()) {
      if (Date.now() > end) throw new Error(`the kernel did not answer in ${timeoutMs} ms: ${this.log}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = once(this.process, 'exit');
      await this.send('shutdown_request', { restart: false }, { on: 'control' });
      await ended;
    }
    for (const socket of [this.#shell, this.#control, this.#stdin, this.#iopub]) socket.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function streamText({ published }: Answered, name: 'stdout' | 'stderr' = 'stdout'): string {
  return published
    .filter(({ header, content }) => header.msg_type === 'stream' && content.name === name)
    .map(({ content }) => content.text)
    .join('');
}

/** Contents of the messages of one type, in order. */
export function contents({ published }: Answered, type: string): JsonObject[] {
  return published.filter(({ header }) => header.msg_type === type).map(({ content }) => content);
}

async function newConnection(folder: string, transport: 'tcp' | 'ipc'): Promise<Connection> {
  const ports = transport === 'tcp' ? await freePorts(5) : [1, 2, 3, 4, 5];
  const [shell_port = 0, control_port = 0, stdin_port = 0, hb_port = 0, iopub_port = 0] = ports;
  const ip = transport === 'tcp' ? '127.0.0.1' : join(folder, 'ipc');
  return {
    transport,
    ip,
    key: 'secret of the test',
    signature_scheme: 'hmac-sha256',
    shell_port,
    control_port,
    stdin_port,
    hb_port,
    iopub_port,
  };
}

export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  for (const server of servers) server.close();
  return ports;
}
