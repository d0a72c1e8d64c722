import { EnvironmentError } from './errors.js';
import { lastError, libc } from './libc.js';
import {
  namedProgram,
  RETURN_ZERO,
  SO_ATTACH_FILTER,
  SO_ATTACH_REUSEPORT_CBPF,
  SO_REUSEPORT,
  setSocketOption,
} from './portFilter.js';

/*
 * A port cannot be filtered before there is a socket on it, and TensorFlow's server opens its own: whoever connects in the
 * milliseconds until it has been found would be served. So a socket of ours stands on the port first. It shares the port with
 * the server's (SO_REUSEPORT), is the one that the system chooses for every connection (SO_ATTACH_REUSEPORT_CBPF), and hears
 * nobody; when the server's own socket has its filter, ours goes.
 */

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM_CLOEXEC = 1 | 0x80000;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const YES = Buffer.from([1, 0, 0, 0]);
const NO = Buffer.alloc(4);

/** Sockets of ours that stand on a port. */
export interface PortGuard {
  readonly descriptors: readonly number[];
  /** The port is that of the other sockets on it. */
  leave(): void;
}

/**
 * Keeps a port of this machine, on which nobody listens yet, deaf as long as the guard stands; sockets of this user that
 * allow it (SO_REUSEPORT) can be opened on it meanwhile. There is one for each family: a server takes IPv6 for both, or IPv4
 * alone where it finds no IPv6. Throws EnvironmentError.
 */
export function guardPort(port: number): PortGuard {
  const descriptors: number[] = [];
  const leave = (): void => {
    for (const descriptor of descriptors.splice(0)) libc().close(descriptor);
  };
  try {
    for (const family of [AF_INET6, AF_INET]) {
      const descriptor = libc().socket(family, SOCK_STREAM_CLOEXEC, 0);
      // A machine may lack one of them.
      if (descriptor < 0 && lastError() === 'EAFNOSUPPORT') continue;
      if (descriptor < 0) throw new EnvironmentError(`port ${port} cannot be guarded (${lastError()})`);
      descriptors.push(descriptor);
      standOn(port, descriptor, family);
    }
  } catch (error) {
    leave();
    throw error;
  }
  return { descriptors: [...descriptors], leave };
}

/** In this order: a socket that has a program of choice can no more come to a port that another one is on. */
function standOn(port: number, descriptor: number, family: number): void {
  const orRefuse = (result: number): void => {
    if (result !== 0) throw new EnvironmentError(`port ${port} cannot be guarded (${lastError()})`);
  };
  if (family === AF_INET6) setSocketOption(descriptor, port, IPV6_V6ONLY, NO, IPPROTO_IPV6);
  setSocketOption(descriptor, port, SO_REUSEPORT, YES);
  const address = anyAddress(family, port);
  setSocketOption(descriptor, port, SO_ATTACH_FILTER, namedProgram(RETURN_ZERO));
  orRefuse(libc().bind(descriptor, address, address.length));
  orRefuse(libc().listen(descriptor, 1));
  setSocketOption(descriptor, port, SO_ATTACH_REUSEPORT_CBPF, namedProgram(RETURN_ZERO));
}

/** struct sockaddr_in6 or sockaddr_in: family, port, and an address of zeros. */
function anyAddress(family: number, port: number): Uint8Array {
  const address = Buffer.alloc(family === AF_INET6 ? 28 : 16);
  address.writeUInt16LE(family, 0);
  address.writeUInt16BE(port, 2);
  return address;
}
