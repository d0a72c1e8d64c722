import { statSync } from 'node:fs';

/**
 * To be called behind a look (statSync, fstatSync, rmSync and others) at what may be a pipe or a socket. Node 20 and 22 take the
 * last file that was looked at for a part of the next path that a `require` resolves: behind a pipe, links in that path are not followed,
 * and a module has two names, or is loaded twice.
 */
export function forgetLastStat(): void {
  statSync('/');
}
