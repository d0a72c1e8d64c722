import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';

/** Lines of JSON between the first process and the others (rankWatch.ts). */
export type Message =
  // How each side proves to the other that it has the secret (talkProof.ts).
  | { readonly kind: 'challenge'; readonly nonce: string }
  | { readonly kind: 'hello'; readonly rank: number; readonly nonce: string; readonly proof: string }
  | { readonly kind: 'welcome'; readonly proof: string }
  | { readonly kind: 'beat' }
  | { readonly kind: 'agree'; readonly what: string; readonly value: string }
  | { readonly kind: 'agreed'; readonly what: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'stop' }
  | { readonly kind: 'leave' };

/** The fields of each kind. */
const FIELDS: Readonly<Record<Message['kind'], Readonly<Record<string, 'string' | 'number'>>>> = {
  challenge: { nonce: 'string' },
  hello: { rank: 'number', nonce: 'string', proof: 'string' },
  welcome: { proof: 'string' },
  beat: {},
  agree: { what: 'string', value: 'string' },
  agreed: { what: 'string' },
  failed: { message: 'string' },
  stop: {},
  leave: {},
};

/** Of a process that has proved itself: settings, and the text of an agreement, are some kB. */
export const MOST_LINE_BYTES = 2 ** 24;

export function send(socket: Socket, message: Message): void {
  if (!socket.destroyed && socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

/**
 * Hands on the messages of a socket. The first line that is no message, or longer than `mostBytes()` at that time, ends the
 * reading: `refuse` says why.
 */
export function readMessages(
  socket: Socket,
  mostBytes: () => number,
  take: (message: Message) => void,
  refuse: (reason: string) => void,
): void {
  const decoder = new StringDecoder('utf8');
  let begun = '';
  const read = (data: Buffer): void => {
    begun += decoder.write(data);
    for (let end = begun.indexOf('\n'); end >= 0 && !socket.destroyed; end = begun.indexOf('\n')) {
      const message = end <= mostBytes() ? parsed(begun.slice(0, end)) : undefined;
      begun = begun.slice(end + 1);
      if (message === undefined) return stop('what it says is no message');
      take(message);
    }
    if (begun.length > mostBytes()) stop(`a line of more than ${mostBytes()} bytes`);
  };
  const stop = (reason: string): void => {
    socket.off('data', read);
    begun = '';
    refuse(reason);
  };
  socket.on('data', read);
}

function parsed(line: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isMessage(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, ...fields } = value as Record<string, unknown>;
  if (typeof kind !== 'string' || !Object.hasOwn(FIELDS, kind)) return false;
  return Object.entries(FIELDS[kind as Message['kind']]).every(
    ([name, type]) => typeof fields[name] === type,
  );
}
