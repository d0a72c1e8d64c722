import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { InputError, messageOf } from '../errors.js';

/** Version of the Jupyter messaging protocol that the kernel speaks. */
export const PROTOCOL_VERSION = '5.4';

export interface Header {
  readonly msg_id: string;
  readonly username: string;
  readonly session: string;
  readonly date: string;
  readonly msg_type: string;
  readonly version: string;
}

/** What a message answers; empty for messages that answer none. */
export type ParentHeader = Header | Readonly<Record<string, never>>;

export type JsonObject = Readonly<Record<string, unknown>>;

export interface Message {
  /** ZeroMQ's routing frames: an answer carries them back. */
  readonly identities: readonly Uint8Array[];
  readonly header: Header;
  readonly parent: ParentHeader;
  readonly metadata: JsonObject;
  readonly content: JsonObject;
  readonly buffers: readonly Uint8Array[];
}

/** A message to be sent; header and signature are made by `build`. */
export interface Outgoing {
  readonly type: string;
  readonly content: JsonObject;
  readonly parent: ParentHeader;
  readonly identities?: readonly Uint8Array[];
  readonly metadata?: JsonObject;
  readonly buffers?: readonly Uint8Array[];
}

/** The file in which Jupyter tells a kernel where to listen and how to sign. */
export interface Connection {
  readonly transport: 'tcp' | 'ipc';
  readonly ip: string;
  readonly shell_port: number;
  readonly control_port: number;
  readonly stdin_port: number;
  readonly hb_port: number;
  readonly iopub_port: number;
  /** Empty = messages are not signed. */
  readonly key: string;
  readonly signature_scheme: string;
}

const PORTS = ['shell_port', 'control_port', 'stdin_port', 'hb_port', 'iopub_port'] as const;

export function readConnection(file: string): Connection {
  let read: Partial<Connection>;
  try {
    read = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new InputError(file, `expected Jupyter's connection file (JSON): ${messageOf(cause)}`, { cause });
  }
  for (const port of PORTS)
    if (!Number.isInteger(read[port]))
      throw new InputError(
        file,
        `expected a whole number as ${port}, received ${JSON.stringify(read[port])}`,
      );
  const { transport = 'tcp', ip = '127.0.0.1', key = '', signature_scheme = 'hmac-sha256' } = read;
  if (transport !== 'tcp' && transport !== 'ipc')
    throw new InputError(file, `expected transport tcp or ipc, received ${JSON.stringify(transport)}`);
  if (!signature_scheme.startsWith('hmac-'))
    throw new InputError(file, `expected an hmac signature scheme, received ${signature_scheme}`);
  return { ...(read as Connection), transport, ip, key, signature_scheme };
}

/** ZeroMQ's address of a port: `tcp://127.0.0.1:5555`, or `ipc://<path>-5555`. */
export function endpoint({ transport, ip }: Connection, port: number): string {
  return `${transport}://${ip}${transport === 'tcp' ? ':' : '-'}${port}`;
}

const DELIMITER = Buffer.from('<IDS|MSG>');

export interface Wire {
  /** Throws on frames that are no message, or whose signature is not ours. */
  parse(frames: readonly Buffer[]): Message;
  build(message: Outgoing): Uint8Array[];
}

/** Messages to frames and back: `[identities.., delimiter, signature, header, parent, metadata, content, buffers..]`. */
export function createWire({ key, signature_scheme }: Pick<Connection, 'key' | 'signature_scheme'>): Wire {
  const session = randomUUID();
  const algorithm = signature_scheme.slice('hmac-'.length);
  const sign = (parts: readonly Uint8Array[]): Buffer => {
    if (key === '') return Buffer.alloc(0);
    const hmac = createHmac(algorithm, key);
    for (const part of parts) hmac.update(part);
    return Buffer.from(hmac.digest('hex'));
  };

  return {
    parse(frames) {
      const at = frames.findIndex((frame) => frame.equals(DELIMITER));
      const [signature, ...parts] = frames.slice(at + 1);
      if (at < 0 || signature === undefined || parts.length < 4)
        throw new Error(`expected a Jupyter message, received ${frames.length} frames of another kind`);
      const signed = parts.slice(0, 4);
      const expected = sign(signed);
      if (signature.length !== expected.length || !timingSafeEqual(signature, expected))
        throw new Error('the signature of a message is not made with the key of this kernel');
      const [header, parent, metadata, content] = signed.map((part) => JSON.parse(part.toString()));
      return { identities: frames.slice(0, at), header, parent, metadata, content, buffers: parts.slice(4) };
    },
    build({ type, content, parent, identities = [], metadata = {}, buffers = [] }) {
      const header: Header = {
        msg_id: randomUUID(),
        username: 'kernel',
        session,
        date: new Date().toISOString(),
        msg_type: type,
        version: PROTOCOL_VERSION,
      };
      const parts = [header, parent, metadata, content].map((part) => Buffer.from(JSON.stringify(part)));
      return [...identities, DELIMITER, sign(parts), ...parts, ...buffers];
    },
  };
}
