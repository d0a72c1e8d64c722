import { readdirSync, readlinkSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import { EnvironmentError } from './errors.js';
import { addressOf, lastError, libc } from './libc.js';
import { textIfThere } from './textIfThere.js';

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

/** Socket options of SOL_SOCKET (asm-generic/socket.h). */
export const SO_REUSEPORT = 15;
export const SO_ATTACH_FILTER = 26;
const SO_LOCK_FILTER = 44;
export const SO_ATTACH_REUSEPORT_CBPF = 51;

const ACCEPT: Instruction = [RETURN, 0, 0, 0x40000];
const DROP: Instruction = [RETURN, 0, 0, 0];

/** Drops every packet; as the program that chooses among sockets of one port, it chooses the first. */
export const RETURN_ZERO = assembled([DROP]);

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
  return assembled(program);
}

function assembled(program: readonly Instruction[]): Uint8Array {
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
 * Closes a port of this process, on which it listens already, to all but loopback and the given hosts. What was connected
 * before is not filtered: see guardPort(), whose own sockets are left out. Throws EnvironmentError.
 */
export function closeToStrangers(
  port: number,
  hosts: readonly string[],
  guards: readonly number[] = [],
): void {
  const descriptors = descriptorsOf(listenersOn(port)).filter((descriptor) => !guards.includes(descriptor));
  if (descriptors.length === 0)
    throw new EnvironmentError(
      `port ${port} cannot be closed to strangers: its socket was not found in /proc/self`,
    );
  const program = filterProgram(hosts);
  for (const descriptor of descriptors) {
    attachFilter(descriptor, port, program);
    // Nobody shares the port from now on, not even another program of this user.
    setSocketOption(descriptor, port, SO_REUSEPORT, Buffer.alloc(4));
  }
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

/** Puts a filter on a socket for good. Throws EnvironmentError. */
function attachFilter(descriptor: number, port: number, program: Uint8Array): void {
  setSocketOption(descriptor, port, SO_ATTACH_FILTER, namedProgram(program));
  setSocketOption(descriptor, port, SO_LOCK_FILTER, Buffer.from([1, 0, 0, 0]));
}

/** struct sock_fprog: the number of instructions, and where they lie; valid as long as `program` is kept. */
export function namedProgram(program: Uint8Array): Uint8Array {
  const named = Buffer.alloc(16);
  named.writeUInt16LE(program.length / 8, 0);
  named.writeBigUInt64LE(addressOf(program), 8);
  return named;
}

/** Throws EnvironmentError, which names the port. */
export function setSocketOption(
  descriptor: number,
  port: number,
  option: number,
  value: Uint8Array,
  level = 1, // SOL_SOCKET
): void {
  if (libc().setsockopt(descriptor, level, option, value, value.length) !== 0)
    throw new EnvironmentError(`port ${port} cannot be closed to strangers (${lastError()})`);
}

const LISTENING = '0A';

/** Inodes of the sockets that listen on a port, of any process of this network namespace (proc(5): /proc/net/tcp). */
export function listenersOn(port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  // A system without IPv6 has no table of it.
  return ['tcp', 'tcp6'].flatMap((table) => {
    const [, ...lines] = (textIfThere(`/proc/self/net/${table}`) ?? '').trim().split('\n');
    return lines.flatMap((line) => {
      const [, local = '', , state = '', , , , , , inode = ''] = line.trim().split(/\s+/);
      return local.split(':')[1] === wanted && state === LISTENING ? [inode] : [];
    });
  });
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
