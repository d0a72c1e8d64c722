import { capability, type MessageLike, Reply, Router, XPublisher } from 'zeromq';
import { EnvironmentError, messageOf } from '../../errors.js';
import { type Connection, endpoint } from './protocol.js';

export interface SocketListeners {
  shell(frames: Buffer[]): void;
  control(frames: Buffer[]): void;
  stdin(frames: Buffer[]): void;
  /** A front end begins to listen to the published messages of `topic` ('' = all). */
  subscribed(topic: Buffer): void;
}

export interface Sockets {
  /** Closes all; what was sent still leaves. */
  close(): void;
  send(channel: 'shell' | 'control' | 'stdin' | 'iopub', frames: readonly Uint8Array[]): void;
}

/** Binds the kernel's five sockets. Nothing sent is lost: each socket's sends are awaited one after the other. */
export async function bindSockets(connection: Connection, listeners: SocketListeners): Promise<Sockets> {
  const security = curveOptions(connection);
  const shell = new Router(security);
  const control = new Router(security);
  const stdin = new Router(security);
  const heartbeat = new Reply(security);
  const iopub = new XPublisher({ sendHighWaterMark: 0, verbosity: 'allSubs', ...security });
  const all = [shell, control, stdin, heartbeat, iopub];
  const close = (): void => {
    for (const socket of all) socket.close();
  };
  const { shell_port, control_port, stdin_port, hb_port, iopub_port } = connection;
  const addresses = [shell_port, control_port, stdin_port, hb_port, iopub_port].map((port) =>
    endpoint(connection, port),
  );
  const bound = await Promise.allSettled(all.map((socket, index) => socket.bind(addresses[index]!)));
  for (const [index, { status, ...result }] of bound.entries())
    if (status === 'rejected') {
      close();
      const cause = (result as { reason: unknown }).reason;
      throw new EnvironmentError(`the kernel cannot listen at ${addresses[index]}: ${messageOf(cause)}`, {
        cause,
      });
    }
  void forEachMessage(heartbeat, (frames) => heartbeat.send(frames));
  void forEachMessage(iopub, ([frame]) => {
    if (frame?.[0] === 1) listeners.subscribed(frame.subarray(1));
  });
  void forEachMessage(shell, listeners.shell);
  void forEachMessage(control, listeners.control);
  void forEachMessage(stdin, listeners.stdin);

  const outboxes = {
    shell: createOutbox(shell),
    control: createOutbox(control),
    stdin: createOutbox(stdin),
    iopub: createOutbox(iopub),
  };
  return { send: (channel, frames) => outboxes[channel](frames), close };
}

/** A front end without the server's public key cannot connect, and what travels is encrypted. */
function curveOptions({ curve_publickey, curve_secretkey }: Connection): object {
  if (curve_publickey === undefined || curve_secretkey === undefined) return {};
  if (!capability.curve)
    throw new EnvironmentError('the connection file asks for CurveZMQ, and this build of zeromq has none');
  return { curveServer: true, curvePublicKey: curve_publickey, curveSecretKey: curve_secretkey };
}

async function forEachMessage(
  socket: AsyncIterable<Buffer[]>,
  take: (frames: Buffer[]) => unknown,
): Promise<void> {
  for await (const frames of socket) await take(frames);
}

/** ZeroMQ's binding refuses a second send while one is in progress ("Socket is busy writing"), so sends stand in a queue. */
function createOutbox(socket: { send(frames: MessageLike[]): Promise<void> }) {
  const waiting: (readonly Uint8Array[])[] = [];
  let sending = false;
  const sendAll = async (): Promise<void> => {
    sending = true;
    for (let frames = waiting.shift(); frames !== undefined; frames = waiting.shift())
      await socket.send([...frames] as Buffer[]).catch(() => {}); // the front end that waited for it is gone
    sending = false;
  };
  return (frames: readonly Uint8Array[]): void => {
    waiting.push(frames);
    if (!sending) void sendAll();
  };
}
