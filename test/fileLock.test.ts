import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { EnvironmentError } from '../src/errors.js';
import { takeFolderLock, takeLock } from '../src/fileLock.js';
import { inRepository } from '../src/paths.js';

function target(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-lock-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'p.hdf5');
}

const heldFor3Minutes = (host: string): string =>
  JSON.stringify({ pid: 2 ** 22 + 1, host, since: new Date(Date.now() - 200_000).toISOString() });

/** A process that takes the lock at a moment, says whether it got it, and holds it until its input ends. */
function contender(t: TestContext, path: string, atMs: number) {
  const program = `
    const { takeLock } = await import(${JSON.stringify(inRepository('dist/src/fileLock.js'))});
    while (Date.now() < ${atMs});
    try { takeLock(${JSON.stringify(path)}); process.stdout.write('held'); }
    catch (error) { process.stdout.write(error.message); process.exit(); }
    process.stdin.resume();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const said = once(child.stdout, 'data').then(([text]) => String(text));
  return { child, said, closed: once(child, 'close') };
}

test('takeLock() refuses while a living process holds it, naming owner, age and cure, and frees it on release', (t) => {
  const path = target(t);
  const release = takeLock(path);
  assert.throws(
    () => takeLock(path),
    (error) =>
      error instanceof EnvironmentError &&
      error.message.includes(`process ${process.pid} on ${hostname()} for 0 s (since `) &&
      error.message.endsWith('wait until it ends, or end it'),
  );
  release();
  release();
  assert.ok(!existsSync(`${path}.lock`));
  takeLock(path)();
});

test('takeLock() takes over what a dead process of this host left, also one cut short', (t) => {
  const path = target(t);
  for (const left of [heldFor3Minutes(hostname()), '{"pid":1', '{"p', '']) {
    writeFileSync(`${path}.lock`, left);
    const release = takeLock(path);
    assert.equal(JSON.parse(readFileSync(`${path}.lock`, 'utf8')).pid, process.pid);
    release();
  }
});

test('takeLock() of processes that start at once, on a lock that a dead one left: one holds it, the others name it', async (t) => {
  const path = target(t);
  for (let round = 0; round < 8; round++) {
    writeFileSync(`${path}.lock`, heldFor3Minutes(hostname()));
    const all = Array.from({ length: 4 }, () => contender(t, path, Date.now() + 400));
    const said = await Promise.all(all.map((each) => each.said));
    const holders = all.filter((_, at) => said[at] === 'held');
    assert.equal(holders.length, 1, said.join('; '));
    const { pid } = holders[0]!.child;
    for (const text of said) if (text !== 'held') assert.match(text, new RegExp(`process ${pid} on`));
    holders[0]!.child.stdin.end();
    await Promise.all(all.map((each) => each.closed));
  }
});

test('takeLock() is free at once after kill -9 of its holder', async (t) => {
  const path = target(t);
  const { child, said, closed } = contender(t, path, 0);
  assert.equal(await said, 'held');
  assert.throws(() => takeLock(path), new RegExp(`process ${child.pid} on`));
  child.kill('SIGKILL');
  await closed;
  takeLock(path)();
});

test('takeLock() respects the lock of another host, with its age, and names a folder that cannot be written', (t) => {
  const path = target(t);
  writeFileSync(`${path}.lock`, heldFor3Minutes('elsewhere'));
  assert.throws(
    () => takeLock(path),
    /on elsewhere for 3 min 20 s \(since .*\): wait until it ends; if it is gone, remove .*p\.hdf5\.lock/,
  );
  assert.throws(() => takeLock('/no/such/folder/p.hdf5'), /ENOENT/);
});

test('takeLock() never touches what is no lock of ours: a file, a link, a second name of a file, a pipe', (t) => {
  const path = target(t);
  const victim = `${path}.victim`;
  const lock = `${path}.lock`;
  const refused = (reason: RegExp): void => {
    assert.throws(() => takeLock(path), reason);
    assert.ok(existsSync(lock));
  };
  writeFileSync(lock, 'dependencies = []\n');
  refused(/p\.hdf5\.lock: expected a lock of voxlab, found another file: move it/);
  assert.equal(readFileSync(lock, 'utf8'), 'dependencies = []\n');
  rmSync(lock);
  for (const content of ['mine', '']) {
    writeFileSync(victim, content);
    symlinkSync(victim, lock);
    refused(/found a link: remove it/);
    rmSync(lock);
    linkSync(victim, lock);
    refused(/found another file/);
    rmSync(lock);
    assert.equal(readFileSync(victim, 'utf8'), content);
  }
  spawnSync('mkfifo', [lock]);
  refused(/found another thing/);
});

test('takeFolderLock() is one lock by every path to the folder, and takes an empty new folder with it', (t) => {
  const folder = target(t);
  const link = `${folder}-link`;
  const release = takeFolderLock(folder, 'run');
  symlinkSync(folder, link);
  assert.throws(() => takeFolderLock(link, 'run'), /p\.hdf5-link is being written by process/);
  assert.throws(() => takeFolderLock(`${folder}/`, 'run'), /is being written by process/);
  release();
  assert.ok(!existsSync(folder));
  const again = takeFolderLock(folder, 'run');
  writeFileSync(join(folder, 'kept'), '');
  again();
  assert.deepEqual(readdirSync(folder), ['kept']);
});

test("takeLock() names the owner of another user's lock that it may only read", (t) => {
  const path = target(t);
  const release = takeLock(path);
  chmodSync(`${path}.lock`, 0o444);
  // Root may write everything: this is another user's view.
  const asOther = process.getuid!() === 0 ? () => process.seteuid!(65534) : () => {};
  chmodSync(dirname(path), 0o755);
  asOther();
  t.after(() => process.getuid!() === 0 && process.seteuid!(0));
  assert.throws(() => takeLock(path), new RegExp(`process ${process.pid} on .* or end it`));
  if (process.getuid!() === 0) process.seteuid!(0);
  release();
});

test('takeLock() on a file system without locks: who makes the file holds it, and only a person takes it over', (t) => {
  const path = target(t);
  const noLocks = () => 'unknown' as const;
  const release = takeLock(path, path, noLocks);
  assert.throws(() => takeLock(path, path, noLocks), /if it is gone, remove .*p\.hdf5\.lock/);
  release();
  writeFileSync(`${path}.lock`, '');
  assert.throws(() => takeLock(path, path, noLocks), /by another process: .* remove .*p\.hdf5\.lock/);
});
