import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { inRepository } from '../../src/paths.js';
import { trainFixture } from '../training/trainFixture.js';

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
const ports = [];
for (const { port, everywhere } of listening)
  ports.push({ everywhere, own: await reaches('127.0.0.1', '127.0.0.1', port), host: await reaches('10.9.9.1', from, port), stranger: await reaches('10.9.9.3', from, port) });
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

const CLI = inRepository('dist/src/commands/cli.js');

async function seenOf(
  t: Parameters<typeof trainFixture>[0],
  from: string,
  ...more: readonly (readonly string[])[]
): Promise<Seen> {
  const { data, run } = await trainFixture(t);
  const flags = ['--data', data, '--out', run, '--epochs', '5000', '--holdout', '2', '--batch', '8'];
  const words = more.map((own) =>
    JSON.stringify([CLI, 'train', ...flags, '--filters', '4', '--threads', '1', ...own]),
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

test('train --cluster hears its hosts and no others', { skip }, async (t) => {
  const cluster = ['--cluster', '10.9.9.1:29600,10.9.9.2:29610', '--rank'];
  const { ports, codes, said } = await seenOf(t, '10.9.9.2', [...cluster, '0'], [...cluster, '1']);
  assert.deepEqual(codes, [130, 130], said);
  const servers = ports.filter(({ everywhere }) => everywhere);
  assert.equal(servers.length, 2, said);
  for (const { own, host, stranger } of servers)
    assert.deepEqual({ own, host, stranger }, { own: true, host: true, stranger: false });
});
