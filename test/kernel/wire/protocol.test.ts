import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InputError } from '../../../src/errors.js';
import {
  type Connection,
  createWire,
  encodeContent,
  endpoint,
  readConnection,
} from '../../../src/kernel/wire/protocol.js';

const SIGNING = { key: 'a0436f6c', signature_scheme: 'hmac-sha256' };
const folder = mkdtempSync(join(tmpdir(), 'voxlab-protocol-'));
after(() => rmSync(folder, { recursive: true }));

test('createWire() parses what it builds, with identities, metadata and binary buffers', () => {
  const wire = createWire(SIGNING);
  const identities = [Buffer.from([0, 1]), Buffer.from('front end')];
  const buffers = [Uint8Array.of(0, 255, 13, 10)];
  const built = wire.build({
    type: 'comm_msg',
    content: { x: 'é🫁' },
    parent: {},
    identities,
    metadata: { m: 1 },
    buffers,
  });
  const message = wire.parse(built.map((frame) => Buffer.from(frame)));
  assert.equal(message.header.msg_type, 'comm_msg');
  assert.equal(message.header.version, '5.4');
  assert.deepEqual(message.content, { x: 'é🫁' });
  assert.deepEqual(message.metadata, { m: 1 });
  assert.deepEqual(message.identities.map(String), identities.map(String));
  assert.deepEqual([...message.buffers[0]!], [0, 255, 13, 10]);
});

test('createWire() signs with HMAC-SHA256 over header, parent, metadata and content, as Jupyter defines it', () => {
  const frames = createWire(SIGNING)
    .build({ type: 'status', content: {}, parent: {} })
    .map((frame) => Buffer.from(frame));
  const [delimiter, signature, ...parts] = frames;
  assert.equal(String(delimiter), '<IDS|MSG>');
  const expected = createHmac('sha256', SIGNING.key).update(Buffer.concat(parts)).digest('hex');
  assert.equal(String(signature), expected);
});

test('createWire().parse() refuses a changed message, another key, and frames that are no message', () => {
  const wire = createWire(SIGNING);
  const frames = (): Buffer[] =>
    wire.build({ type: 'x', content: { code: 1 }, parent: {} }).map((frame) => Buffer.from(frame));
  const changed = frames();
  changed[5] = Buffer.from('{"code":2}');
  assert.throws(() => wire.parse(changed), /signature/);
  assert.throws(() => createWire({ ...SIGNING, key: 'other' }).parse(frames()), /signature/);
  assert.throws(() => wire.parse([Buffer.from('hello')]), /expected a Jupyter message, received 1 frames/);
  assert.throws(() => wire.parse(frames().slice(0, 4)), /expected a Jupyter message/);
});

test('createWire().parse() refuses a signed message whose parts are no objects, or whose header has no type', () => {
  const wire = createWire({ ...SIGNING, key: '' });
  const frames = (index: number, text: string): Buffer[] => {
    const built = wire.build({ type: 'x', content: {}, parent: {} }).map((frame) => Buffer.from(frame));
    built[index] = Buffer.from(text);
    return built;
  };
  assert.throws(() => wire.parse(frames(5, 'null')), /expected an object as content .*received null/);
  assert.throws(() => wire.parse(frames(3, '[]')), /expected an object as parent header .*received \[\]/);
  assert.throws(() => wire.parse(frames(4, '{')), /the metadata of a message is no JSON/);
  assert.throws(
    () => wire.parse(frames(2, '{"msg_id":"1","msg_type":5}')),
    /expected texts as msg_id and msg_type/,
  );
});

test('createWire().parse() refuses a message that comes a second time, whoever sends it', () => {
  const wire = createWire(SIGNING);
  const frames = (): Buffer[] =>
    wire
      .build({ type: 'execute_request', content: { code: 'n++' }, parent: {} })
      .map((frame) => Buffer.from(frame));
  const once = frames();
  wire.parse(once);
  assert.throws(() => wire.parse(once), /came a second time, with the same signature/);
  assert.throws(() => wire.parse([Buffer.from('another sender'), ...once]), /second time/);
  wire.parse(frames());
  // What is not signed with the key is not remembered: it would push out what is.
  const forged = frames();
  forged[1] = Buffer.from('0'.repeat(64));
  for (let i = 0; i < 3; i++) assert.throws(() => wire.parse(forged), /not made with the key/);
});

test('createWire().parse() remembers the last 65,536 messages, and no more', () => {
  const wire = createWire(SIGNING);
  const built = Array.from({ length: 65_537 }, () =>
    wire.build({ type: 'x', content: {}, parent: {} }).map((frame) => Buffer.from(frame)),
  );
  for (const frames of built) wire.parse(frames);
  assert.throws(() => wire.parse(built[1]!), /second time/);
  wire.parse(built[0]!);
});

test('createWire() with an empty key neither signs nor checks', () => {
  const wire = createWire({ key: '', signature_scheme: 'hmac-sha256' });
  const frames = wire.build({ type: 'x', content: {}, parent: {} }).map((frame) => Buffer.from(frame));
  assert.equal(frames[1]!.length, 0);
  for (let i = 0; i < 2; i++) assert.equal(wire.parse(frames).header.msg_type, 'x');
});

test('readConnection() names the file and the port that is wrong', () => {
  const file = join(folder, 'connection.json');
  writeFileSync(file, '{');
  assert.throws(() => readConnection(file), /connection\.json: expected Jupyter's connection file/);
  const whole = { shell_port: 1, control_port: 2, stdin_port: 3, hb_port: 4, iopub_port: 5 };
  writeFileSync(file, JSON.stringify({ ...whole, hb_port: 'x' }));
  assert.throws(() => readConnection(file), /hb_port: expected a whole number of at least 0, received "x"/);
  writeFileSync(file, JSON.stringify({ ...whole, transport: 'udp' }));
  assert.throws(() => readConnection(file), /transport: expected tcp or ipc, received "udp"/);
  assert.throws(
    () => readConnection(join(folder, 'none.json')),
    /none\.json: expected Jupyter's connection file/,
  );
  for (const other of ['null', '[]', '{}', '3']) {
    writeFileSync(file, other);
    assert.throws(() => readConnection(file), InputError, other);
  }
  writeFileSync(file, JSON.stringify({ ...whole, signature_scheme: 'hmac-none' }));
  assert.throws(() => readConnection(file), /signature_scheme: expected an hmac signature scheme/);
  writeFileSync(file, JSON.stringify(whole));
  assert.equal(readConnection(file).ip, '127.0.0.1');
  writeFileSync(file, JSON.stringify({ ...whole, curve_publickey: 'x'.repeat(40) }));
  assert.throws(
    () => readConnection(file),
    /curve_secretkey: expected a CurveZMQ key of 40 characters, received nothing/,
  );
  writeFileSync(file, JSON.stringify({ ...whole, transport: 'ipc', ip: 'kernel-ipc' }));
  assert.equal(readConnection(file, '/somewhere').ip, '/somewhere/kernel-ipc');
});

test('encodeContent() names the message whose content JSON cannot hold', () => {
  assert.equal(encodeContent('comm_msg', { a: [1] }), '{"a":[1]}');
  assert.throws(
    () => encodeContent('comm_msg', { a: 1n }),
    /^TypeError: expected what JSON can hold in comm_msg: .*BigInt/,
  );
  const wire = createWire(SIGNING);
  const frames = wire.build({ type: 'x', content: encodeContent('x', { a: 1 }), parent: {} });
  assert.deepEqual(wire.parse(frames.map((frame) => Buffer.from(frame))).content, { a: 1 });
});

test('endpoint() writes the addresses of both transports', () => {
  const tcp = { transport: 'tcp', ip: '127.0.0.1' } as Connection;
  assert.equal(endpoint(tcp, 5555), 'tcp://127.0.0.1:5555');
  assert.equal(endpoint({ ...tcp, transport: 'ipc', ip: '/tmp/kernel' }, 1), 'ipc:///tmp/kernel-1');
});
