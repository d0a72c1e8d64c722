import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { guardPort } from '../src/portGuard.js';
import { PYTHON } from './python.js';

/** A server as TensorFlow's: on every address, sharing its port; it greets whoever connects. */
const SERVER = `import socket, sys
both = sys.argv[2] == 'both'
s = socket.socket(socket.AF_INET6 if both else socket.AF_INET)
if both: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
s.bind(('::' if both else '0.0.0.0', int(sys.argv[1])))
s.listen(8)
print('listening', flush=True)
while True:
    c, _ = s.accept()
    c.sendall(b'hello')
    c.close()
`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '::');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Whether somebody greets on the port; `silent` where nothing answers at all. */
function greetingAt(port: number, host: string): Promise<'hello' | 'silent' | 'refused'> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    socket.setTimeout(400, () => {
      socket.destroy();
      resolve('silent');
    });
    socket.once('data', () => {
      socket.destroy();
      resolve('hello');
    });
    socket.once('error', () => resolve('refused'));
  });
}

for (const [families, hosts] of [
  ['both', ['127.0.0.1', '::1']],
  ['IPv4', ['127.0.0.1']],
] as const)
  test(`guardPort() takes all connections of a port, and answers none, until it leaves: then a server of ${families} has them`, async (t) => {
    const port = await freePort();
    const guard = guardPort(port);
    const server = spawn(PYTHON, ['-c', SERVER, String(port), families], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => server.kill('SIGKILL'));
    await once(server.stdout, 'data');
    for (const host of hosts)
      for (let i = 0; i < 5; i++) assert.equal(await greetingAt(port, host), 'silent', host);
    guard.leave();
    for (const host of hosts) assert.equal(await greetingAt(port, host), 'hello', host);
  });

test('guardPort() names a port that a program uses which does not share it', async (t) => {
  const server = createServer().listen(0, '::');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  assert.throws(() => guardPort(port), new RegExp(`port ${port} cannot be guarded \\(EADDRINUSE\\)`));
});
