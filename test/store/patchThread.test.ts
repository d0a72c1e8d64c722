import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startPatchThread } from '../../src/store/patchThread.js';
import { columns, format, provenance } from './patchFixture.js';

test('startPatchThread() creates files one after the other, alike; one that fails is named and harms no other', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-thread-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const thread = startPatchThread();
  const create = (name: string): Promise<void> =>
    thread.create(name, { path: join(folder, name), format, provenance, columns });
  const [first, bad, second] = await Promise.allSettled([create('a'), create('none/b'), create('c')]);
  assert.deepEqual([first.status, second.status], ['fulfilled', 'fulfilled']);
  assert.match(String(bad.status === 'rejected' && bad.reason), /none\/b cannot be written \(.*make room/);
  assert.ok(readFileSync(join(folder, 'a')).equals(readFileSync(join(folder, 'c'))));

  const pending = [create('d'), create('e')];
  await thread.end();
  for (const each of await Promise.allSettled(pending)) assert.equal(each.status, 'rejected');
});
