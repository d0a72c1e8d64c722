import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { EnvironmentError } from '../src/errors.js';
import { inRepository } from '../src/paths.js';
import { closeToStrangers, filterProgram, isLoopback, plainAddress } from '../src/portFilter.js';

const inNamespace = (program: string) =>
  spawnSync(
    'unshare',
    [
      '-rn',
      'sh',
      '-c',
      'ip link set lo up && for a in 10.9.9.1 10.9.9.2 10.9.9.3; do ip addr add $a/32 dev lo; done && ip addr add fd09::1/128 dev lo && ip addr add fd09::2/128 dev lo && exec "$0" --input-type=module -e "$1"',
      process.execPath,
      program,
    ],
    { encoding: 'utf8', timeout: 60_000 },
  );

/** Namespaces of one's own are not permitted everywhere. */
const skip = inNamespace('').status === 0 ? false : 'no network namespace can be made here';

/** In a namespace: a port on every address, then who can connect from which address to which, before and after. */
const PROGRAM = (hosts: readonly string[], more = '') => `
import { connect, createServer } from 'node:net';
import { closeToStrangers } from ${JSON.stringify(inRepository('dist/src/portFilter.js'))};
const listen = async () => {
  const server = createServer((socket) => socket.end('hello')).listen(0, '::');
  await new Promise((resolve) => server.once('listening', resolve));
  return server;
};
// Connections that were are known for a minute: each look has a port of its own.
let server = await listen();
let { port } = server.address();
const reaches = (from, to) => new Promise((resolve) => {
  const socket = connect({ port, host: to, localAddress: from });
  socket.setTimeout(700, () => { socket.destroy(); resolve(false); });
  socket.once('data', () => { socket.destroy(); resolve(true); }).once('error', () => resolve(false));
});
const ways = [['127.0.0.1', '127.0.0.1'], ['::1', '::1'], ['10.9.9.1', '10.9.9.3'], ['10.9.9.2', '10.9.9.3'], ['fd09::1', 'fd09::2'], ['fd09::2', 'fd09::1']];
const all = async () => { const out = []; for (const [from, to] of ways) out.push(await reaches(from, to)); return out; };
const before = await all();
server = await listen();
({ port } = server.address());
${more}
try { closeToStrangers(port, ${JSON.stringify(hosts)}); console.log(JSON.stringify([before, await all()])); }
catch (error) { console.log(error.message); }
process.exit();`;

test('closeToStrangers() leaves loopback and the given hosts, IPv4 and IPv6, and drops all others', {
  skip,
}, () => {
  const many = Array.from({ length: 300 }, (_, i) => `10.8.${i >> 8}.${i & 255}`);
  for (const [hosts, after] of [
    [[], [true, true, false, false, false, false]],
    [['10.9.9.1'], [true, true, true, false, false, false]],
    [
      ['fd09::1', ...many, '10.9.9.2'],
      [true, true, false, true, true, false],
    ],
  ] as const) {
    const { stdout, stderr } = inNamespace(PROGRAM(hosts));
    assert.deepEqual(JSON.parse(stdout), [[true, true, true, true, true, true], after], stderr);
  }
});

test('closeToStrangers() and filterProgram() name a port that nobody listens on, and hosts that are too many', () => {
  assert.throws(() => closeToStrangers(1, []), /port 1 cannot be closed to strangers/);
  const hosts = Array.from({ length: 2100 }, (_, i) => `10.8.${i >> 8}.${i & 255}`);
  assert.throws(() => filterProgram(hosts), EnvironmentError);
});

test('isLoopback() and plainAddress() read addresses as Node says them', () => {
  assert.deepEqual(
    ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '10.0.0.127', '::ffff:10.0.0.1', ''].map(
      isLoopback,
    ),
    [true, true, true, true, false, false, false],
  );
  assert.equal(plainAddress('::ffff:10.0.0.1'), '10.0.0.1');
});
