import { createHmac, getHashes, randomUUID, timingSafeEqual } from 'node:crypto';
import { resolve } from 'node:path';
import { messageOf } from '../../errors.js';
import { type JsonPlace, readJson } from '../../jsonPlace.js';

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

/** Anything that JSON can carry under names. */
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

/** The same with content and metadata as JSON already, see encodeContent. */
export interface EncodedOutgoing extends Omit<Outgoing, 'content' | 'metadata'> {
  readonly content: string;
  readonly metadata?: string;
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
  /** CurveZMQ's keys (Z85, 40 characters), where the kernel manager provisions them: the sockets are then encrypted. */
  readonly curve_publickey?: string;
  readonly curve_secretkey?: string;
}

const PORTS = ['shell_port', 'control_port', 'stdin_port', 'hb_port', 'iopub_port'] as const;

/** `folder`: where the kernel was started; an ipc path of the file is relative to it. Throws InputError that names the field. */
export function readConnection(file: string, folder = process.cwd()): Connection {
  const place = readJson(file, "Jupyter's connection file");
  const textAt = (name: string, otherwise: string): string => place.at(name).ifThere?.text() ?? otherwise;
  const ports = Object.fromEntries(PORTS.map((port) => [port, place.at(port).whole()]));
  const transport = textAt('transport', 'tcp');
  const ip = textAt('ip', '127.0.0.1');
  if (transport !== 'tcp' && transport !== 'ipc') place.at('transport').refuse('tcp or ipc');
  const scheme = textAt('signature_scheme', 'hmac-sha256');
  if (!isHmac(scheme)) place.at('signature_scheme').refuse('an hmac signature scheme (hmac-sha256)');
  return {
    ...(ports as Record<(typeof PORTS)[number], number>),
    transport: transport as Connection['transport'],
    ip: transport === 'ipc' ? resolve(folder, ip) : ip,
    key: textAt('key', ''),
    signature_scheme: scheme,
    ...curveKeys(place),
  };
}

function isHmac(scheme: string): boolean {
  return scheme.startsWith('hmac-') && getHashes().includes(scheme.slice('hmac-'.length));
}

/** Both keys or none: half a pair must not silently leave the sockets open. */
function curveKeys(place: JsonPlace): Pick<Connection, 'curve_publickey' | 'curve_secretkey'> {
  const names = ['curve_publickey', 'curve_secretkey'] as const;
  if (names.every((name) => !place.at(name).isThere)) return {};
  return Object.fromEntries(
    names.map((name) => {
      const key = place.at(name);
      const isKey = typeof key.value === 'string' && key.value.length === 40;
      return [name, isKey ? key.text() : key.refuse('a CurveZMQ key of 40 characters')];
    }),
  );
}

/** ZeroMQ's address of a port: `tcp://127.0.0.1:5555`, or `ipc://<path>-5555`. */
export function endpoint({ transport, ip }: Connection, port: number): string {
  return `${transport}://${ip}${transport === 'tcp' ? ':' : '-'}${port}`;
}

const DELIMITER = Buffer.from('<IDS|MSG>');

export interface Wire {
  /** Throws on frames that are no message, whose signature is not ours, or that came before: sent again by somebody who listened. */
  parse(frames: readonly Buffer[]): Message;
  build(message: Outgoing | EncodedOutgoing): Uint8Array[];
}

/** Messages to frames and back: `[identities.., delimiter, signature, header, parent, metadata, content, buffers..]`. */
export function createWire({ key, signature_scheme }: Pick<Connection, 'key' | 'signature_scheme'>): Wire {
  const session = randomUUID();
  const seen = recentTexts(REMEMBERED_SIGNATURES);
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
      // An id makes each message another one; without a key there is no signature, and everybody may send anything.
      if (key !== '' && !seen.isNew(signature.toString()))
        throw new Error('a message came a second time, with the same signature: it is not carried out again');
      const [header, parent, metadata, content] = signed.map(parsePart);
      checkHeader(header);
      return {
        identities: frames.slice(0, at),
        header,
        parent: parent as ParentHeader,
        metadata: metadata!,
        content: content!,
        buffers: parts.slice(4),
      };
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
      const parts = [header, parent, metadata, content].map((part) =>
        Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)),
      );
      return [...identities, DELIMITER, sign(parts), ...parts, ...buffers];
    },
  };
}

/** As many as Jupyter's own kernels remember: a message that is sent again later than that is not known any more. */
const REMEMBERED_SIGNATURES = 65_536;

/** The last `most` texts. */
function recentTexts(most: number): { isNew(text: string): boolean } {
  const texts = new Set<string>();
  return {
    isNew(text) {
      if (texts.has(text)) return false;
      texts.add(text);
      // A set keeps the order in which its values came.
      if (texts.size > most) texts.delete(texts.values().next().value!);
      return true;
    },
  };
}

/** Header, parent, metadata and content are objects; a signed message may still hold anything else. */
function parsePart(part: Buffer, index: number): JsonObject {
  const name = ['header', 'parent header', 'metadata', 'content'][index];
  let value: unknown;
  try {
    value = JSON.parse(part.toString());
  } catch (error) {
    throw new Error(`the ${name} of a message is no JSON: ${messageOf(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`expected an object as ${name} of a message, received ${part.toString().slice(0, 80)}`);
  return value as JsonObject;
}

function checkHeader(header: unknown): asserts header is Header {
  const { msg_id, msg_type } = header as Partial<Header>;
  if (typeof msg_id !== 'string' || typeof msg_type !== 'string')
    throw new Error(
      `expected texts as msg_id and msg_type of a message, received ${JSON.stringify({ msg_id, msg_type })}`,
    );
}

/**
 * Content as JSON, made where the value is at hand: what cannot travel (a cycle, a bigint) is then an error of the cell
 * that sends it, and none of the sockets' thread.
 */
export function encodeContent(type: string, content: JsonObject): string {
  try {
    return JSON.stringify(content);
  } catch (cause) {
    throw new TypeError(`expected what JSON can hold in ${type}: ${messageOf(cause).split('\n')[0]}`, {
      cause,
    });
  }
}
