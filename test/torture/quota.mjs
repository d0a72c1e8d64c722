// Loaded before a program (node --import): after so many bytes its files cannot grow, as a user's whose quota is used up.
import fs from 'node:fs';
import { open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

let left = Number(process.env.TORTURE_QUOTA ?? 0);

/** Standard streams are no files of the user. */
function take(fd, bytes) {
  if (fd === 1 || fd === 2) return;
  left -= bytes;
  if (left >= 0) return;
  const error = new Error('EDQUOT: disk quota exceeded, write');
  throw Object.assign(error, { code: 'EDQUOT', errno: -122, syscall: 'write' });
}

const bytesOf = (data) => (typeof data === 'string' ? Buffer.byteLength(data) : (data?.byteLength ?? 0));
const { writeSync, writeFileSync, write, writevSync, appendFileSync } = fs;
fs.writeSync = (fd, data, at, length, ...rest) => {
  take(fd, typeof data === 'string' || typeof at === 'object' ? bytesOf(data) : (length ?? bytesOf(data)));
  return writeSync(fd, data, at, length, ...rest);
};
fs.writevSync = (fd, parts, ...rest) => {
  take(fd, parts.reduce((sum, part) => sum + bytesOf(part), 0));
  return writevSync(fd, parts, ...rest);
};
for (const [name, real] of Object.entries({ writeFileSync, appendFileSync }))
  fs[name] = (file, data, ...rest) => {
    take(file, bytesOf(data));
    return real(file, data, ...rest);
  };
fs.write = (fd, data, ...rest) => {
  try {
    take(fd, bytesOf(data));
  } catch (error) {
    process.nextTick(rest.at(-1), error);
    return;
  }
  write(fd, data, ...rest);
};
const handle = await open('/dev/null', 'r');
const prototype = Object.getPrototypeOf(handle);
await handle.close();
for (const name of ['write', 'writeFile', 'appendFile']) {
  const real = prototype[name];
  prototype[name] = async function (data, ...rest) {
    take(this.fd, bytesOf(data));
    return real.call(this, data, ...rest);
  };
}
const writev = prototype.writev;
prototype.writev = async function (parts, ...rest) {
  take(this.fd, parts.reduce((sum, part) => sum + bytesOf(part), 0));
  return writev.call(this, parts, ...rest);
};
syncBuiltinESMExports();
