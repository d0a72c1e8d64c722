import { getSystemErrorName } from 'node:util';
import { koffi } from './koffi.js';

/** Calls of the C library that Node does not offer. -1 is a failure; `lastError()` then names it. */
export interface CLibrary {
  dlopen(path: string, flags: number): unknown;
  dlerror(): string | null;
  dup(fd: number): number;
  dup2(from: number, to: number): number;
  close(fd: number): number;
  flock(fd: number, operation: number): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, bytes: number): number;
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, bytes: number): number;
  listen(fd: number, backlog: number): number;
  shutdown(fd: number, how: number): number;
  /** Gives memory that was freed back to the system, but for so many bytes at the end of the heap. */
  malloc_trim(pad: number): number;
  /** Ends this process at once: process.exit() would wait for native calls in progress, which may never end. */
  _exit(code: number): void;
}

let library: CLibrary | undefined;

/** The C library of this process; loaded by the first call. */
export function libc(): CLibrary {
  if (library !== undefined) return library;
  const loaded = koffi().load(null);
  library = {
    dlopen: loaded.func('void* dlopen(const char* path, int flags)'),
    dlerror: loaded.func('const char* dlerror()'),
    dup: loaded.func('int dup(int fd)'),
    dup2: loaded.func('int dup2(int from, int to)'),
    close: loaded.func('int close(int fd)'),
    flock: loaded.func('int flock(int fd, int operation)'),
    setsockopt: loaded.func('int setsockopt(int fd, int level, int name, const void* value, uint32_t bytes)'),
    socket: loaded.func('int socket(int family, int type, int protocol)'),
    bind: loaded.func('int bind(int fd, const void* address, uint32_t bytes)'),
    listen: loaded.func('int listen(int fd, int backlog)'),
    shutdown: loaded.func('int shutdown(int fd, int how)'),
    malloc_trim: loaded.func('int malloc_trim(size_t pad)'),
    _exit: loaded.func('void _exit(int code)'),
  };
  return library;
}

/** Name of the error of the last call that failed, such as `EWOULDBLOCK`; ask at once. */
export function lastError(): string {
  return getSystemErrorName(-koffi().errno());
}

/** Where bytes lie in memory, for a C structure that names them; valid as long as they are kept. */
export function addressOf(bytes: Uint8Array): bigint {
  return koffi().address(bytes);
}
