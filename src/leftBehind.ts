import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readlinkSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';

let host: string | undefined;

/** Programs of other hosts, and of containers of this one, may write into the same folder, and have numbers of their own. */
function ofThisHost(): string {
  host ??= createHash('sha256').update(`${hostname()} ${pidNamespace()}`).digest('hex').slice(0, 6);
  return host;
}

const lookedInto = new Set<string>();

/**
 * A name of this call's own beside a file, to write to and then rename. What programs of this host that were killed have left in
 * the folder under such names goes, at the first call for it.
 */
export function besideOf(path: string): string {
  const folder = dirname(path);
  if (!lookedInto.has(folder)) removeLeft(folder);
  lookedInto.add(folder);
  return `${path}.${ofThisHost()}-${process.pid}-${randomBytes(4).toString('hex')}.partial`;
}

function removeLeft(folder: string): void {
  const partial = new RegExp(`\\.${ofThisHost()}-(\\d+)-[0-9a-f]{8}\\.partial$`);
  try {
    for (const name of readdirSync(folder)) {
      const pid = partial.exec(name)?.[1];
      if (pid !== undefined && !isAlive(Number(pid)))
        rmSync(join(folder, name), { recursive: true, force: true });
    }
  } catch {
    // Whoever writes there next says what is wrong with the folder.
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** Whether a process of this number is there, of whatever user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
