import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Dealer, Request, Subscriber } from 'zeromq';
import { type Connection, endpoint } from '../../../src/kernel/wire/protocol.js';
import { bindSockets, type SocketListeners } from '../../../src/kernel/wire/sockets.js';
import { freePorts } from '../kernelClient.js';

const silent: SocketListeners = { shell() {}, control() {}, stdin() {}, subscribed() {} };

async function connectionAt(ports: number[]): Promise<Connection> {
  const [shell_port = 0, control_port = 0, stdin_port = 0, hb_port = 0, iopub_port = 0] = ports;
  const ends = { shell_port, control_port, stdin_port, hb_port, iopub_port };
  return { transport: 'tcp', ip: '127.0.0.1', key: '', signature_scheme: 'hmac-sha256', ...ends };
}

test('bindSockets() beats the heart, hears shell and subscribers, and loses none of 5000 messages sent at once', async () => {
  const connection = await connectionAt(await freePorts(5));
  const heard: string[] = [];
  const sockets = await bindSockets(connection, {
    ...silent,
    shell: ([, text]) => heard.push(`shell ${text}`),
    subscribed: (topic) => heard.push(`subscribed '${topic}'`),
  });

  const heart = new Request({ receiveTimeout: 5000 });
  heart.connect(endpoint(connection, connection.hb_port));
  await heart.send('beat');
  assert.equal(String((await heart.receive())[0]), 'beat');

  const front = new Dealer();
  front.connect(endpoint(connection, connection.shell_port));
  await front.send('question');
  const listener = new Subscriber({ receiveTimeout: 5000, receiveHighWaterMark: 0 });
  listener.connect(endpoint(connection, connection.iopub_port));
  listener.subscribe();
  while (heard.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(heard.sort(), ['shell question', "subscribed ''"]);

  for (let i = 0; i < 5000; i++) sockets.send('iopub', [Buffer.from(String(i))]);
  for (let i = 0; i < 5000; i++) assert.equal(String((await listener.receive())[0]), String(i));
  for (const socket of [heart, front, listener, sockets]) socket.close();
});

test('bindSockets() names the address that is taken', async () => {
  const ports = await freePorts(5);
  const first = await bindSockets(await connectionAt(ports), silent);
  await assert.rejects(bindSockets(await connectionAt([...(await freePorts(4)), ports[4]!]), silent), {
    name: 'EnvironmentError',
    message: new RegExp(
      `^the kernel cannot listen at tcp://127\\.0\\.0\\.1:${ports[4]}: Address already in use`,
    ),
  });
  first.close();
});
