import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { CLI } from '../commands/voxlab.js';
import { SMALL_NETWORK, trainFixture } from '../training/trainFixture.js';

/**
 * In a network namespace of its own with three more addresses: trains, then says for each port that listens who reaches it,
 * stops the training by Ctrl-C, and says how it ended.
 */
const DRIVER = `
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
const [run, from, ...commands] = process.argv.slice(1);
const children = commands.map((words) => spawn(process.execPath, JSON.parse(words), { stdio: ['ignore', 'ignore', 'pipe'] }));
let said = '';
for (const child of children) child.stderr.on('data', (text) => { said += text; });
const ends = Promise.all(children.map((child) => new Promise((resolve) => child.once('close', resolve))));
ends.then(() => { ended = true; });
let ended = false;
const trains = () => existsSync(run + '/metrics.jsonl') && statSync(run + '/metrics.jsonl').size > 0;
for (let tries = 0; !trains() && !ended && tries < 600; tries++) await new Promise((resolve) => setTimeout(resolve, 100));
const listening = ['tcp', 'tcp6'].flatMap((table) => readFileSync('/proc/net/' + table, 'utf8').trim().split('\\n').slice(1))
  .map((line) => line.trim().split(/\\s+/)).filter((fields) => fields[3] === '0A')
  .map((fields) => ({ everywhere: /^0+$/.test(fields[1].split(':')[0]), port: parseInt(fields[1].split(':')[1], 16) }));
const reaches = (localAddress, host, port) => new Promise((resolve) => {
  const socket = connect({ port, host, localAddress });
  socket.setTimeout(1000, () => { socket.destroy(); resolve(false); });
  socket.once('connect', () => { socket.destroy(); resolve(true); }).once('error', () => resolve(false));
});
// All at once: each that nobody answers takes a second, in which the training goes on.
const ports = await Promise.all(listening.map(async ({ port, everywhere }) => {
  const [own, host, stranger] = await Promise.all(
    [['127.0.0.1', '127.0.0.1'], ['10.9.9.1', from], ['10.9.9.3', from]].map(([source, target]) => reaches(source, target, port)));
  return { everywhere, own, host, stranger };
}));
for (const child of children) child.kill('SIGINT');
const codes = await ends;
console.log(JSON.stringify({ ports, codes, said }));
`;

const inNamespace = (...words: readonly string[]) =>
  spawnSync(
    'unshare',
    [
      '-rn',
      'sh',
      '-c',
      'ip link set lo up && for a in 10.9.9.1 10.9.9.2 10.9.9.3; do ip addr add $a/32 dev lo; done && exec "$@"',
      'sh',
      ...words,
    ],
    { encoding: 'utf8', timeout: 120_000 },
  );

const skip = inNamespace('true').status === 0 ? false : 'no network namespace can be made here';

interface Seen {
  readonly ports: readonly {
    readonly everywhere: boolean;
    readonly own: boolean;
    readonly host: boolean;
    readonly stranger: boolean;
  }[];
  readonly codes: readonly number[];
  readonly said: string;
}

async function seenOf(
  t: Parameters<typeof trainFixture>[0],
  from: string,
  ...more: readonly (readonly string[])[]
): Promise<Seen> {
  const { data, run } = await trainFixture(t);
  const flags = ['--data', data, '--out', run, '--epochs', '5000', '--holdout', '2', '--batch', '8'];
  const words = more.map((own) =>
    JSON.stringify([CLI, 'train', ...flags, ...SMALL_NETWORK, '--threads', '1', ...own]),
  );
  const { stdout, stderr } = inNamespace(
    process.execPath,
    '--input-type=module',
    '-e',
    DRIVER,
    run,
    from,
    ...words,
  );
  assert.notEqual(stdout, '', stderr);
  assert.ok(!existsSync(`${run}.secret`), 'the secret goes with the run');
  return JSON.parse(stdout);
}

test('train --processes 2 hears loopback alone: TensorFlow listens everywhere, and no other address gets through', {
  skip,
}, async (t) => {
  const { ports, codes, said } = await seenOf(t, '10.9.9.2', ['--processes', '2']);
  assert.deepEqual(codes, [130], said);
  assert.equal(ports.filter(({ everywhere }) => everywhere).length, 2, 'one server of TensorFlow each');
  assert.equal(ports.length, 3, 'and the talk');
  for (const { own, host, stranger } of ports)
    assert.deepEqual({ own, host, stranger }, { own: true, host: false, stranger: false });
});

/** Connects again and again from an address that is none of the hosts', and says how often it got through, or an answer. */
const STRANGER = `
import { connect } from 'node:net';
const [ports, seconds] = [process.argv[1].split(','), Number(process.argv[2])];
let tries = 0, connected = 0, served = 0;
const end = Date.now() + 1000 * seconds;
const attack = (port) => {
  if (Date.now() > end) return;
  tries++;
  const socket = connect({ port, host: '10.9.9.1', localAddress: '10.9.9.3' });
  socket.setTimeout(200, () => socket.destroy());
  socket.once('connect', () => { connected++; socket.write('PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n'); });
  socket.once('data', () => { served++; socket.resetAndDestroy(); });
  socket.on('error', () => {}).once('close', () => setTimeout(() => attack(port), 1));
};
for (const port of ports) for (let i = 0; i < 4; i++) attack(Number(port));
setTimeout(() => { console.log(JSON.stringify({ tries, connected, served })); process.exit(); }, 1000 * seconds + 300);
`;

test('a stranger who tries all the time never reaches TensorFlow, not even while it starts, and the training goes on', {
  skip,
}, async (t) => {
  const { data, run } = await trainFixture(t);
  const flags = ['--data', data, '--out', run, '--epochs', '2', '--holdout', '2', '--batch', '8'];
  const cluster = [
    ...flags,
    ...SMALL_NETWORK,
    '--threads',
    '1',
    '--cluster',
    '10.9.9.1:29620,10.9.9.1:29630',
  ];
  const rank = (index: number) => [CLI, 'train', ...cluster, '--rank', String(index)];
  const program = `
import { spawn, spawnSync } from 'node:child_process';
const [words, stranger] = process.argv.slice(1);
const start = (...args) => { const child = spawn(process.execPath, args); let text = ''; for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => { text += part; }); return new Promise((done) => child.once('close', (code) => done({ code, text }))); };
const attack = start('--input-type=module', '-e', stranger, '29620,29630', '12');
const ranks = await Promise.all(JSON.parse(words).map((each) => start(...each)));
console.log(JSON.stringify({ ranks, attack: JSON.parse((await attack).text) }));`;
  const { stdout, stderr } = inNamespace(
    process.execPath,
    ...['--input-type=module', '-e', program, JSON.stringify([rank(0), rank(1)]), STRANGER],
  );
  assert.notEqual(stdout, '', stderr);
  const { ranks, attack } = JSON.parse(stdout);
  assert.deepEqual(
    ranks.map(({ code }: { code: number }) => code),
    [0, 0],
    JSON.stringify(ranks),
  );
  // Ports on which nobody listens answer at once: the stranger was there before, during and after the start.
  assert.ok(attack.tries > 100, JSON.stringify(attack));
  assert.deepEqual([attack.connected, attack.served], [0, 0]);
});

test('train --cluster hears its hosts and no others', { skip }, async (t) => {
  const cluster = ['--cluster', '10.9.9.1:29600,10.9.9.2:29610', '--rank'];
  const { ports, codes, said } = await seenOf(t, '10.9.9.2', [...cluster, '0'], [...cluster, '1']);
  assert.deepEqual(codes, [130, 130], said);
  const servers = ports.filter(({ everywhere }) => everywhere);
  assert.equal(servers.length, 2, said);
  for (const { own, host, stranger } of servers)
    assert.deepEqual({ own, host, stranger }, { own: true, host: true, stranger: false });
  assert.equal(ports.length, 3, 'and the talk, which listens on one address');
  for (const { stranger } of ports) assert.equal(stranger, false);
});
