import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import { EnvironmentError } from './errors.js';
import { addressOf, lastError, libc } from './libc.js';

/*
 * A filter on a listening socket: packets of other hosts than the given ones are dropped before the system answers them, and
 * connections that are accepted inherit it (Linux socket filters, socket(7): SO_ATTACH_FILTER; no privilege is needed).
 * TensorFlow's server listens on every address and has no password: this is its door.
 */

/** code, jump if true, jump if false, operand: struct sock_filter (linux/filter.h). */
type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, operand: number];

const LOAD_BYTE = 0x30;
const LOAD_WORD = 0x20;
const IF_EQUAL = 0x15;
const JUMP = 0x05;
const SHIFT_RIGHT = 0x74;
const RETURN = 0x06;
/** SKF_NET_OFF: offsets from here on count from the network header. */
const NETWORK = 0xfff00000;
const SOURCE_IN_IPV4 = NETWORK + 12;
const SOURCE_IN_IPV6 = NETWORK + 8;
const MOST_INSTRUCTIONS = 4096;
const LOOPBACK_IPV6 = '::1';

const ACCEPT: Instruction = [RETURN, 0, 0, 0x40000];
const DROP: Instruction = [RETURN, 0, 0, 0];

/**
 * The program that lets packets from loopback and from the given hosts (IPv4 and IPv6 addresses) through, and no others.
 * Throws EnvironmentError for more hosts than fit into 4096 instructions (two for an IPv4 address, nine for an IPv6 one).
 */
export function filterProgram(hosts: readonly string[]): Uint8Array {
  const ipv4 = [
    [LOAD_BYTE, 0, 0, SOURCE_IN_IPV4],
    [IF_EQUAL, 0, 1, 127],
    ACCEPT,
    [LOAD_WORD, 0, 0, SOURCE_IN_IPV4],
    // A jump reaches 255 instructions: each comparison has its own way out.
    ...hosts.filter(isIPv4).flatMap((host) => [[IF_EQUAL, 0, 1, wordOf(host.split('.'))], ACCEPT]),
    DROP,
  ] as readonly Instruction[];
  const ipv6 = [LOOPBACK_IPV6, ...hosts.filter(isIPv6)].flatMap((host) => [
    ...wordsOfIpv6(host).flatMap((word, at): Instruction[] => [
      [LOAD_WORD, 0, 0, SOURCE_IN_IPV6 + 4 * at],
      [IF_EQUAL, 0, 2 * (3 - at) + 1, word],
    ]),
    ACCEPT,
  ]);
  const program: readonly Instruction[] = [
    [LOAD_BYTE, 0, 0, NETWORK],
    [SHIFT_RIGHT, 0, 0, 4],
    [IF_EQUAL, 1, 0, 4],
    [JUMP, 0, 0, ipv4.length],
    ...ipv4,
    ...ipv6,
    DROP,
  ];
  if (program.length > MOST_INSTRUCTIONS)
    throw new EnvironmentError(
      `expected hosts that fit into a socket filter of ${MOST_INSTRUCTIONS} instructions, received ${hosts.length} (${program.length} instructions)`,
    );
  const bytes = Buffer.alloc(8 * program.length);
  for (const [at, [code, ifTrue, ifFalse, operand]] of program.entries()) {
    bytes.writeUInt16LE(code, 8 * at);
    bytes.writeUInt8(ifTrue, 8 * at + 2);
    bytes.writeUInt8(ifFalse, 8 * at + 3);
    bytes.writeUInt32LE(operand >>> 0, 8 * at + 4);
  }
  return bytes;
}

/**
 * Closes a port of this process, on which it listens already, to all but loopback and the given hosts. Whoever else was
 * faster is a reason to stop: its connection is not filtered. Throws EnvironmentError.
 */
export function closeToStrangers(port: number, hosts: readonly string[]): void {
  const listening = socketsOn(port).filter(({ state }) => state === LISTENING);
  const descriptors = descriptorsOf(listening.map(({ inode }) => inode));
  if (descriptors.length === 0)
    throw new EnvironmentError(
      `port ${port} cannot be closed to strangers: its socket was not found in /proc/self`,
    );
  const program = filterProgram(hosts);
  for (const descriptor of descriptors) attach(descriptor, port, program);
  const stranger = socketsOn(port).find(
    ({ state, remote }) => state !== LISTENING && !isLoopback(remote) && !hosts.includes(remote),
  );
  if (stranger !== undefined)
    throw new EnvironmentError(
      `${stranger.remote}, which is none of the hosts that train together, reached port ${port} before it was closed to strangers: start again`,
    );
}

/** Whether an address is this machine's own 127.x.x.x or ::1; as Node says it, `::ffff:` before IPv4 is fine. */
export function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  return plain === LOOPBACK_IPV6 || (isIPv4(plain) && plain.startsWith('127.'));
}

/** An IPv4 address that came in over IPv6 without its prefix. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

function attach(descriptor: number, port: number, program: Uint8Array): void {
  const SOL_SOCKET = 1;
  const SO_ATTACH_FILTER = 26;
  const SO_LOCK_FILTER = 44;
  // struct sock_fprog: the number of instructions, and where they lie.
  const named = Buffer.alloc(16);
  named.writeUInt16LE(program.length / 8, 0);
  named.writeBigUInt64LE(addressOf(program), 8);
  const locked = Buffer.from([1, 0, 0, 0]);
  for (const [option, value] of [
    [SO_ATTACH_FILTER, named],
    [SO_LOCK_FILTER, locked],
  ] as const)
    if (libc().setsockopt(descriptor, SOL_SOCKET, option, value, value.length) !== 0)
      throw new EnvironmentError(`port ${port} cannot be closed to strangers (${lastError()})`);
}

const LISTENING = '0A';

interface KnownSocket {
  readonly state: string;
  readonly remote: string;
  readonly inode: string;
}

/** All sockets with this local port, of any process of this network namespace (proc(5): /proc/net/tcp). */
function socketsOn(port: number): KnownSocket[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return ['tcp', 'tcp6'].flatMap((table) => {
    const [, ...lines] = readTable(table).trim().split('\n');
    return lines.flatMap((line) => {
      const [, local = '', remote = '', state = '', , , , , , inode = ''] = line.trim().split(/\s+/);
      if (local.split(':')[1] !== wanted) return [];
      return [{ state, remote: addressIn(remote.split(':')[0]!), inode }];
    });
  });
}

function readTable(name: string): string {
  try {
    return readFileSync(`/proc/self/net/${name}`, 'utf8');
  } catch {
    // A system without IPv6 has no table of it.
    return '';
  }
}

/** The table's words are in the order of the machine, little-endian here. */
function addressIn(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) =>
    (word.match(/../g) ?? []).reverse().map((pair) => Number.parseInt(pair, 16)),
  );
  if (bytes.length === 4) return bytes.join('.');
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (isMapped) return bytes.slice(12).join('.');
  const groups = Array.from({ length: 8 }, (_, at) =>
    ((bytes[2 * at]! << 8) | bytes[2 * at + 1]!).toString(16),
  );
  // As the URL standard writes it, which is how Node does.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

function descriptorsOf(inodes: readonly string[]): number[] {
  return readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${name}`))?.[1];
      return inode !== undefined && inodes.includes(inode) ? [Number(name)] : [];
    } catch {
      // The descriptor of this very list has gone.
      return [];
    }
  });
}

function wordOf(bytes: readonly (string | number)[]): number {
  return bytes.reduce<number>((word, byte) => (word << 8) | Number(byte), 0) >>> 0;
}

function wordsOfIpv6(host: string): number[] {
  const [written = ''] = host.split('%');
  const plain = new URL(`http://[${written}]`).hostname.slice(1, -1);
  const [before = '', after = ''] = plain.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const gap = 8 - groups(before).length - groups(after).length;
  const all = plain.includes('::')
    ? [...groups(before), ...new Array<string>(gap).fill('0'), ...groups(after)]
    : groups(plain);
  const numbers = all.map((group) => Number.parseInt(group, 16));
  return [0, 2, 4, 6].map((at) => ((numbers[at]! << 16) | numbers[at + 1]!) >>> 0);
}
