import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { type Cluster, talkAddress } from '../../config/cluster.js';
import { EngineError, EnvironmentError, messageOf } from '../../errors.js';
import { closeToStrangers, isLoopback, plainAddress } from '../../portFilter.js';
import type { RankWatch } from './rankWatch.js';
import { BEAT_MS, Talk } from './talk.js';
import { type Message, MOST_LINE_BYTES, readMessages, send } from './talkMessages.js';
import { isProof, nonce, proofOf, type SharedSecret } from './talkProof.js';

/** Of whoever has not proved yet who it is. */
const STRANGERS = { lineBytes: 4096, waitMs: 10_000, atATime: 64, notes: 10 } as const;

/** The process that listens; it knows who is there. */
export class FirstRank extends Talk implements RankWatch {
  readonly #secret: SharedSecret;
  readonly #server: Server;
  readonly #others = new Map<number, Socket>();
  /** Connections without a proof. */
  readonly #strangers = new Map<Socket, (reason: string) => void>();
  readonly #said = new Map<string, Map<number, string>>();
  readonly #timer: NodeJS.Timeout;
  readonly #gone = new Set<number>();
  #notes = 0;

  static async start(cluster: Cluster, timeoutSeconds: number, secret: SharedSecret): Promise<FirstRank> {
    const { host, port } = talkAddress(cluster);
    const server = createServer();
    try {
      server.listen(port, host);
      await once(server, 'listening');
      // Whoever connects before is asked for the secret all the same.
      const { heard = [] } = cluster;
      if (heard !== 'anyone') closeToStrangers(port, heard);
    } catch (error) {
      secret.remove();
      server.close();
      if (error instanceof EnvironmentError)
        throw new EngineError(
          'cluster',
          `${error.message}; --open-ports trains all the same, in a network of your own`,
          { cause: error },
        );
      throw new EngineError(
        'cluster',
        `rank 0 cannot listen on ${host}:${port} (${messageOf(error)}): is the port in use, or the address another machine's?`,
        { cause: error },
      );
    }
    return new FirstRank(cluster, timeoutSeconds, secret, server);
  }

  constructor(cluster: Cluster, timeoutSeconds: number, secret: SharedSecret, server: Server) {
    super(cluster, timeoutSeconds);
    this.#secret = secret;
    this.#server = server;
    server.on('connection', (socket) => this.#accept(socket));
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
  }

  async agree(what: string, value: string): Promise<void> {
    const done = this.agreed(what);
    this.#say(what, 0, value);
    const late = setInterval(() => this.#late(what), 1000 * this.timeoutSeconds);
    try {
      await Promise.race([done, this.failure, this.oneLeft]);
    } finally {
      clearInterval(late);
    }
  }

  stop(): void {
    this.abort();
    this.#tellAll({ kind: 'stop' });
  }

  leave(reason?: string): void {
    if (this.left) return;
    this.left = true;
    if (reason !== undefined) this.#tellAll({ kind: 'failed', message: `rank 0 ended: ${reason}` });
    else this.#tellAll({ kind: 'leave' });
    clearInterval(this.#timer);
    for (const socket of this.#others.values()) socket.end();
    for (const socket of this.#strangers.keys()) socket.destroy();
    this.#server.close();
    this.#secret.remove();
    if (this.#notes > STRANGERS.notes)
      process.emitWarning(`${this.#notes} connections of strangers to the port of the talk were ignored`);
  }

  /** Until a connection has proved who it is, it has one line and ten seconds, and no say. */
  #accept(socket: Socket): void {
    socket.on('error', () => {});
    const { remoteAddress = '' } = socket;
    const ignore = (reason: string): void => {
      if (!socket.destroyed) this.#note(`${plainAddress(remoteAddress)}: ${reason}`);
      this.#strangers.delete(socket);
      socket.destroy();
    };
    if (!this.#mayBeHeard(remoteAddress)) return ignore('none of the hosts that train together');
    const challenge = nonce();
    const waiting = setTimeout(() => ignore('it said nothing'), STRANGERS.waitMs);
    // The one that has waited longest goes: a process of this run says at once who it is, and gets through any flood.
    const [oldest] = this.#strangers.values();
    if (this.#strangers.size >= STRANGERS.atATime) oldest!('too many connections at a time');
    this.#strangers.set(socket, ignore);
    let rank = -1;
    const proved = (): void => {
      clearTimeout(waiting);
      this.#strangers.delete(socket);
    };
    socket.on('close', () => {
      proved();
      if (rank >= 0 && !this.#gone.has(rank)) this.#lose(rank, `${this.nameOf(rank)} ended without a word`);
    });
    readMessages(
      socket,
      () => (rank < 0 ? STRANGERS.lineBytes : MOST_LINE_BYTES),
      (message) => {
        if (rank >= 0) return this.#take(rank, message);
        const welcome = this.#welcome(message, challenge);
        if (typeof welcome === 'string') return ignore(welcome);
        proved();
        const { rank: of, proof } = welcome;
        if (this.#others.has(of) || this.#gone.has(of)) {
          this.#note(`${plainAddress(remoteAddress)}: a second process of rank ${of}`);
          // With its proof, so that it knows who says so.
          send(socket, { kind: 'welcome', proof });
          send(socket, {
            kind: 'failed',
            message: `${this.nameOf(of)} is there already: start each rank once`,
          });
          socket.end();
          return;
        }
        rank = of;
        this.#others.set(rank, socket);
        this.heard.set(rank, performance.now());
        send(socket, { kind: 'welcome', proof });
        if (this.stopping.aborted) send(socket, { kind: 'stop' });
      },
      ignore,
    );
    send(socket, { kind: 'challenge', nonce: challenge });
  }

  #mayBeHeard(address: string): boolean {
    const { heard = [] } = this.cluster;
    return heard === 'anyone' || isLoopback(address) || heard.includes(plainAddress(address));
  }

  /** Who it is and what to answer; or why it is nobody. */
  #welcome(message: Message, challenge: string): string | { readonly rank: number; readonly proof: string } {
    if (message.kind !== 'hello') return 'it did not say who it is';
    const { rank, nonce: answer, proof } = message;
    const secret = this.#secret.read()!;
    if (!isProof(proof, proofOf('hello', secret, { rank, challenge, answer })))
      return 'it does not know the secret';
    if (!Number.isInteger(rank) || rank < 1 || rank >= this.cluster.addresses.length)
      return `there is no rank ${rank}`;
    return { rank, proof: proofOf('welcome', secret, { rank, challenge, answer }) };
  }

  #take(rank: number, message: Message): void {
    this.heard.set(rank, performance.now());
    if (message.kind === 'agree') this.#say(message.what, rank, message.value);
    else if (message.kind === 'failed') this.#lose(rank, message.message);
    else if (message.kind === 'leave') {
      this.#gone.add(rank);
      this.noteLeft(rank);
    } else if (message.kind === 'stop') this.stop();
  }

  #note(stranger: string): void {
    this.#notes++;
    if (this.#notes <= STRANGERS.notes)
      process.emitWarning(`a connection to the port of the talk was ignored (${stranger})`);
  }

  #say(what: string, rank: number, value: string): void {
    const said = this.#said.get(what) ?? new Map<number, string>();
    this.#said.set(what, said.set(rank, value));
    if (said.size < this.cluster.addresses.length) return;
    this.#said.delete(what);
    const other = [...said].find(([, text]) => text !== said.get(0));
    if (other !== undefined) {
      const [differing, text] = other;
      this.#failAll(
        `${this.nameOf(differing)} has another ${what} than rank 0: ${difference(said.get(0)!, text)}; start all with the same version, flags and files`,
      );
      return;
    }
    this.#tellAll({ kind: 'agreed', what });
    this.agreements.get(what)?.();
  }

  #late(what: string): void {
    // Who is there takes its time, and is missed when it is not heard any more.
    const missing = this.cluster.addresses.flatMap((_, rank) =>
      rank === 0 || this.#others.has(rank) ? [] : [rank],
    );
    if (missing.length === 0) return;
    const names = missing.map((rank) => this.nameOf(rank)).join(', ');
    this.#failAll(
      `${names} did not come within ${this.timeoutSeconds} s (waiting for its ${what}): was it started, with these addresses?`,
    );
  }

  #beat(): void {
    this.#tellAll({ kind: 'beat' });
    for (const rank of this.silent()) this.#lose(rank, this.notHeard(rank));
  }

  #lose(rank: number, message: string): void {
    if (this.#gone.has(rank)) return;
    this.#gone.add(rank);
    this.heard.delete(rank);
    this.#failAll(message);
  }

  #failAll(message: string): void {
    this.#tellAll({ kind: 'failed', message });
    this.fail(message);
  }

  #tellAll(message: Message): void {
    for (const [rank, socket] of this.#others) if (!this.#gone.has(rank)) send(socket, message);
  }
}

/** Where two texts part, for a reader: the first lines that are not equal. */
function difference(first: string, other: string): string {
  const [a, b] = [first.split('\n'), other.split('\n')];
  const at = a.findIndex((line, index) => line !== b[index]);
  return at < 0 ? 'more lines' : `${b[at] ?? 'nothing'}, not ${a[at]}`;
}
