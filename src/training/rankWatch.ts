import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Cluster } from '../config/cluster.js';
import { EngineError, messageOf } from '../errors.js';

/** Lines of JSON between the first process and the others. */
type Message =
  | { readonly kind: 'hello'; readonly rank: number }
  | { readonly kind: 'beat' }
  | { readonly kind: 'agree'; readonly what: string; readonly value: string }
  | { readonly kind: 'agreed'; readonly what: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'leave' };

const BEAT_MS = 500;

/**
 * A small talk beside TensorFlow's collectives, which know neither who is missing nor why: all processes come, agree on what
 * they are going to do, and are heard twice a second. Who ends, hangs or differs is named to all others.
 * The first process listens on the port after its own.
 */
export interface RankWatch {
  /** Waits until all processes have said the same. Throws EngineError, naming who did not. */
  agree(what: string, value: string): Promise<void>;
  /** Rejects when a process is lost. */
  readonly failure: Promise<never>;
  /** The loss of a process, if that is what made a step fail: it is heard of within moments. */
  explain(error: unknown): Promise<unknown>;
  /** Ends the talk. With a reason, the others are told why this process ends. */
  leave(reason?: string): void;
}

/** Throws EngineError when the first process cannot listen, or is not there in time. */
export async function watchRanks(cluster: Cluster, timeoutSeconds: number): Promise<RankWatch> {
  return cluster.rank === 0
    ? FirstRank.start(cluster, timeoutSeconds)
    : OtherRank.start(cluster, timeoutSeconds);
}

/** What both sides do: one failure, and agreements that end. */
class Talk {
  readonly failure: Promise<never>;
  protected left = false;
  #fail!: (error: Error) => void;
  protected readonly agreements = new Map<string, () => void>();

  constructor(protected readonly timeoutSeconds: number) {
    this.failure = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    // Whoever waits for it is told; that nobody does is no error.
    this.failure.catch(() => {});
  }

  protected fail(message: string): void {
    if (!this.left) this.#fail(new EngineError('cluster', message));
  }

  async explain(error: unknown): Promise<unknown> {
    const moments = new Promise<unknown>((resolve) => setTimeout(resolve, 4 * BEAT_MS, error));
    return Promise.race([this.failure.catch((lost: unknown) => lost), moments]);
  }

  protected agreed(what: string): Promise<void> {
    return new Promise((resolve) => this.agreements.set(what, resolve));
  }
}

class FirstRank extends Talk implements RankWatch {
  readonly #cluster: Cluster;
  readonly #server: Server;
  readonly #others = new Map<number, { readonly socket: Socket; heard: number }>();
  readonly #said = new Map<string, Map<number, string>>();
  readonly #timer: NodeJS.Timeout;
  readonly #gone = new Set<number>();

  static async start(cluster: Cluster, timeoutSeconds: number): Promise<FirstRank> {
    const { host, port } = watchAddress(cluster);
    const server = createServer();
    try {
      server.listen(port, host);
      await once(server, 'listening');
    } catch (error) {
      throw new EngineError(
        'cluster',
        `rank 0 cannot listen on ${host}:${port} (${messageOf(error)}): is the port in use, or the address another machine's?`,
        { cause: error },
      );
    }
    return new FirstRank(cluster, timeoutSeconds, server);
  }

  constructor(cluster: Cluster, timeoutSeconds: number, server: Server) {
    super(timeoutSeconds);
    this.#cluster = cluster;
    this.#server = server;
    server.on('connection', (socket) => this.#accept(socket));
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
  }

  async agree(what: string, value: string): Promise<void> {
    const done = this.agreed(what);
    this.#say(what, 0, value);
    const late = setTimeout(() => this.#late(what), 1000 * this.timeoutSeconds);
    try {
      await Promise.race([done, this.failure]);
    } finally {
      clearTimeout(late);
    }
  }

  leave(reason?: string): void {
    if (this.left) return;
    this.left = true;
    if (reason !== undefined) this.#tellAll({ kind: 'failed', message: `rank 0 ended: ${reason}` });
    else this.#tellAll({ kind: 'leave' });
    clearInterval(this.#timer);
    for (const { socket } of this.#others.values()) socket.end();
    this.#server.close();
  }

  #accept(socket: Socket): void {
    let rank = -1;
    socket.on('error', () => {});
    readMessages(socket, (message) => {
      if (message.kind === 'hello') {
        rank = message.rank;
        this.#others.set(rank, { socket, heard: Date.now() });
        return;
      }
      const other = this.#others.get(rank);
      if (other === undefined) return;
      other.heard = Date.now();
      if (message.kind === 'agree') this.#say(message.what, rank, message.value);
      else if (message.kind === 'failed') this.#lose(rank, message.message);
      else if (message.kind === 'leave') this.#gone.add(rank);
    });
    socket.on('close', () => {
      if (rank >= 0 && !this.#gone.has(rank)) this.#lose(rank, `${this.#nameOf(rank)} ended without a word`);
    });
  }

  #say(what: string, rank: number, value: string): void {
    const said = this.#said.get(what) ?? new Map<number, string>();
    this.#said.set(what, said.set(rank, value));
    if (said.size < this.#cluster.addresses.length) return;
    const other = [...said].find(([, text]) => text !== said.get(0));
    if (other !== undefined) {
      const [differing, text] = other;
      this.#failAll(
        `${this.#nameOf(differing)} has another ${what} than rank 0: ${difference(said.get(0)!, text)}; start all with the same version, flags and files`,
      );
      return;
    }
    this.#tellAll({ kind: 'agreed', what });
    this.agreements.get(what)?.();
  }

  #late(what: string): void {
    const said = this.#said.get(what);
    const missing = this.#cluster.addresses.flatMap((_, rank) => (said?.has(rank) === true ? [] : [rank]));
    const names = missing.map((rank) => this.#nameOf(rank)).join(', ');
    this.#failAll(
      `${names} did not come within ${this.timeoutSeconds} s (waiting for its ${what}): was it started, with these addresses?`,
    );
  }

  #beat(): void {
    this.#tellAll({ kind: 'beat' });
    for (const [rank, { heard }] of this.#others)
      if (!this.#gone.has(rank) && Date.now() - heard > 1000 * this.timeoutSeconds)
        this.#lose(rank, `${this.#nameOf(rank)} was not heard for ${this.timeoutSeconds} s`);
  }

  #lose(rank: number, message: string): void {
    if (this.#gone.has(rank)) return;
    this.#gone.add(rank);
    this.#failAll(message);
  }

  #failAll(message: string): void {
    this.#tellAll({ kind: 'failed', message });
    this.fail(message);
  }

  #tellAll(message: Message): void {
    for (const [rank, { socket }] of this.#others) if (!this.#gone.has(rank)) send(socket, message);
  }

  #nameOf(rank: number): string {
    return `rank ${rank} (${this.#cluster.addresses[rank]})`;
  }
}

class OtherRank extends Talk implements RankWatch {
  readonly #rank: number;
  readonly #socket: Socket;
  readonly #timer: NodeJS.Timeout;
  #heard = Date.now();

  static async start(cluster: Cluster, timeoutSeconds: number): Promise<OtherRank> {
    const { host, port } = watchAddress(cluster);
    const end = Date.now() + 1000 * timeoutSeconds;
    for (;;) {
      const socket = connect(port, host);
      try {
        await once(socket, 'connect');
        return new OtherRank(cluster, timeoutSeconds, socket);
      } catch (error) {
        socket.destroy();
        if (Date.now() > end)
          throw new EngineError(
            'cluster',
            `rank 0 (${cluster.addresses[0]}) was not there within ${timeoutSeconds} s at ${host}:${port} (${messageOf(error)}): was it started, with these addresses?`,
            { cause: error },
          );
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  constructor(cluster: Cluster, timeoutSeconds: number, socket: Socket) {
    super(timeoutSeconds);
    this.#rank = cluster.rank;
    this.#socket = socket;
    send(socket, { kind: 'hello', rank: this.#rank });
    const first = `rank 0 (${cluster.addresses[0]})`;
    socket.on('error', () => {});
    socket.on('close', () => this.fail(`${first} ended without a word`));
    readMessages(socket, (message) => {
      this.#heard = Date.now();
      if (message.kind === 'agreed') this.agreements.get(message.what)?.();
      else if (message.kind === 'failed') this.fail(message.message);
      else if (message.kind === 'leave') this.left = true;
    });
    this.#timer = setInterval(() => {
      send(socket, { kind: 'beat' });
      if (Date.now() - this.#heard > 1000 * timeoutSeconds)
        this.fail(`${first} was not heard for ${timeoutSeconds} s`);
    }, BEAT_MS);
  }

  async agree(what: string, value: string): Promise<void> {
    const done = this.agreed(what);
    send(this.#socket, { kind: 'agree', what, value });
    await Promise.race([done, this.failure]);
  }

  leave(reason?: string): void {
    clearInterval(this.#timer);
    if (!this.left)
      send(
        this.#socket,
        reason === undefined
          ? { kind: 'leave' }
          : { kind: 'failed', message: `rank ${this.#rank} ended: ${reason}` },
      );
    this.left = true;
    this.#socket.end();
  }
}

function watchAddress({ addresses }: Cluster): { readonly host: string; readonly port: number } {
  const [host, port] = addresses[0]!.split(':') as [string, string];
  return { host, port: Number(port) + 1 };
}

function send(socket: Socket, message: Message): void {
  if (!socket.destroyed && socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

function readMessages(socket: Socket, take: (message: Message) => void): void {
  const lines = createInterface({ input: socket });
  // A connection that breaks is closed too, and that is what counts.
  lines.on('error', () => {});
  lines.on('line', (line) => {
    try {
      take(JSON.parse(line) as Message);
    } catch {
      // Another program's bytes: whoever speaks another language does not count as a process.
      socket.destroy();
    }
  });
}

/** Where two texts part, for a reader: the first lines that are not equal. */
function difference(first: string, other: string): string {
  const [a, b] = [first.split('\n'), other.split('\n')];
  const at = a.findIndex((line, index) => line !== b[index]);
  return at < 0 ? 'more lines' : `${b[at] ?? 'nothing'}, not ${a[at]}`;
}
