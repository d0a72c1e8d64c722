import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { type Cluster, talkAddress } from '../../config/cluster.js';
import { EngineError, InterruptedError, messageOf, throwIfAborted } from '../../errors.js';
import type { RankWatch } from './rankWatch.js';
import { BEAT_MS, Talk } from './talk.js';
import { type Message, MOST_LINE_BYTES, readMessages, send } from './talkMessages.js';
import { isProof, nonce, proofOf, type SharedSecret } from './talkProof.js';

const TRY_AGAIN_MS = 200;
/** For the first process to answer. */
const ANSWER_MS = 10_000;

/** Any process but the first: it speaks with that one alone. */
export class OtherRank extends Talk implements RankWatch {
  readonly #socket: Socket;
  /** Beats, once both sides know each other. */
  #timer: NodeJS.Timeout | undefined;

  /** Tries until the first process is there and knows the secret, or `signal` is aborted: that one may have ended already. */
  static async start(
    cluster: Cluster,
    timeoutSeconds: number,
    secret: SharedSecret,
    signal?: AbortSignal,
  ): Promise<OtherRank> {
    const { host, port } = talkAddress(cluster);
    const end = performance.now() + 1000 * timeoutSeconds;
    for (;;) {
      throwIfAborted(signal, 'waiting for rank 0');
      const socket = connect(port, host);
      socket.on('error', () => {});
      const stop = (): void => {
        socket.destroy(new InterruptedError('interrupted'));
      };
      signal?.addEventListener('abort', stop, { once: true });
      let talk: OtherRank | undefined;
      let reason: string;
      try {
        await once(socket, 'connect');
        talk = new OtherRank(cluster, timeoutSeconds, socket);
        const welcomed = await talk.#introduce(secret);
        if (welcomed === true) return talk;
        reason = `${welcomed} (${secret.place})`;
      } catch (error) {
        if (error instanceof EngineError) throw error;
        reason = messageOf(error);
      } finally {
        signal?.removeEventListener('abort', stop);
        if (talk === undefined || !talk.#isThere) socket.destroy();
      }
      if (performance.now() > end)
        throw new EngineError(
          'cluster',
          `rank 0 (${cluster.addresses[0]}) was not there within ${timeoutSeconds} s at ${host}:${port} (${reason}): was it started, with these addresses?`,
        );
      await delay(TRY_AGAIN_MS);
    }
  }

  constructor(cluster: Cluster, timeoutSeconds: number, socket: Socket) {
    super(cluster, timeoutSeconds);
    this.#socket = socket;
  }

  async agree(what: string, value: string): Promise<void> {
    const done = this.agreed(what);
    send(this.#socket, { kind: 'agree', what, value });
    await Promise.race([done, this.failure, this.oneLeft]);
  }

  stop(): void {
    this.abort();
    send(this.#socket, { kind: 'stop' });
  }

  leave(reason?: string): void {
    clearInterval(this.#timer);
    if (!this.left)
      send(
        this.#socket,
        reason === undefined
          ? { kind: 'leave' }
          : { kind: 'failed', message: `rank ${this.cluster.rank} ended: ${reason}` },
      );
    this.left = true;
    this.#socket.end();
  }

  /** Both sides prove that they know the secret: true, or what is missing. */
  async #introduce(secret: SharedSecret): Promise<true | string> {
    const known = secret.read();
    if (known === undefined) return 'its secret is not there yet';
    const answer = nonce();
    let challenge: string | undefined;
    return new Promise<true | string>((resolve) => {
      const waiting = setTimeout(() => resolve('it did not answer'), ANSWER_MS);
      const closed = (): void => {
        clearTimeout(waiting);
        if (this.#isThere) this.fail(`${this.nameOf(0)} ended without a word`);
        else resolve('it does not know this secret');
      };
      this.#socket.on('close', closed);
      readMessages(
        this.#socket,
        () => MOST_LINE_BYTES,
        (message) => {
          this.heard.set(0, performance.now());
          if (this.#isThere) return this.#take(message);
          const { rank } = this.cluster;
          if (message.kind === 'challenge' && challenge === undefined) {
            challenge = message.nonce;
            const proof = proofOf('hello', known, { rank, challenge, answer });
            send(this.#socket, { kind: 'hello', rank, nonce: answer, proof });
          } else if (message.kind === 'welcome' && challenge !== undefined) {
            const isFirst = isProof(message.proof, proofOf('welcome', known, { rank, challenge, answer }));
            if (isFirst) this.#begin();
            clearTimeout(waiting);
            resolve(isFirst ? true : 'what listens there does not know the secret');
          } else {
            // Whatever it says without a proof.
            clearTimeout(waiting);
            resolve('what listens there does not know the secret');
          }
        },
        () => this.#socket.destroy(),
      );
    });
  }

  #take(message: Message): void {
    if (message.kind === 'agreed') this.agreements.get(message.what)?.();
    else if (message.kind === 'failed') this.fail(message.message);
    else if (message.kind === 'stop') this.abort();
    else if (message.kind === 'leave') {
      this.left = true;
      this.noteLeft(0);
    }
  }

  #beat(): void {
    send(this.#socket, { kind: 'beat' });
    if (this.silent().length > 0) this.fail(this.notHeard(0));
  }

  get #isThere(): boolean {
    return this.#timer !== undefined;
  }

  #begin(): void {
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
  }
}
