import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { childOfThisProcess, endWithParent } from '../src/parentProcess.js';
import { inRepository } from '../src/paths.js';
import { allEnd, descendants, environmentOf, startNode, until } from './processes.js';

const folder = mkdtempSync(join(tmpdir(), 'voxlab-parent-'));
after(() => rmSync(folder, { recursive: true }));
const OURS = JSON.stringify(inRepository('dist/src/parentProcess.js'));

function program(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** Starts a child and waits; says `ready` with the child's answer. */
const PARENT = program(
  'parent.mjs',
  `import { spawn } from 'node:child_process';
import { childOfThisProcess, handSignalsOn } from ${OURS};
const child = spawn(process.argv[2], process.argv.slice(3), { env: { ...process.env, ...childOfThisProcess() }, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
const signals = process.env.HAND_ON && handSignalsOn([child], 1000);
child.once('close', (code, signal) => process.exit(signals?.came === false ? 97 : code ?? (signal === 'SIGKILL' ? 99 : 98)));
`,
);
const CHILD = program(
  'child.mjs',
  `import { endWithParent } from ${OURS};
const how = process.argv[2];
process.on('SIGTERM', () => { console.log('told to end'); if (how === 'orderly') process.exit(7); });
endWithParent(1000);
console.log('ready', process.env.VOXLAB_PARENT);
setInterval(() => {}, 1000);
`,
);
const PYTHON_CHILD = program(
  'child.py',
  'import os, time\nprint("ready", os.environ.get("VOXLAB_PARENT"), flush=True)\ntime.sleep(600)\n',
);

const python = [
  inRepository('.venv/bin/python'),
  inRepository('src/kernel/notebooks/parentProcess.py'),
  PYTHON_CHILD,
];
for (const [what, words] of [
  ['endWithParent(): a child', [process.execPath, CHILD, 'orderly']],
  ['endWithParent(): a child that does not end on SIGTERM', [process.execPath, CHILD, 'stubborn']],
  ['parentProcess.py: a Python program', python],
] as const)
  test(`${what} ends when its parent is killed, and keeps the variable from its own children`, async (t) => {
    const parent = startNode(t, [PARENT, ...words]);
    await until('the child is there', () => /ready \S+\n/.test(parent.text()));
    assert.match(parent.text(), /ready (undefined|None)/);
    const below = descendants(parent.pid);
    assert.equal(below.length, 1);
    parent.child.kill('SIGKILL');
    await allEnd(below, 10);
  });

test('endWithParent() leaves a process alone that is no child of voxlab, and ends one whose parent is gone at once', () => {
  delete process.env.VOXLAB_PARENT;
  endWithParent();
  const run = spawnSync(process.execPath, [CHILD, 'orderly'], {
    env: { ...process.env, VOXLAB_PARENT: '1' },
    encoding: 'utf8',
    timeout: 10_000,
  });
  // The signal comes through the event loop: what stands behind the call is still said.
  assert.equal(run.status, 7);
  assert.match(run.stdout, /told to end\n$/);
  assert.deepEqual(childOfThisProcess(), { VOXLAB_PARENT: String(process.pid) });
});

test('handSignalsOn(): HUP, TERM and QUIT end the child as SIGTERM, in order, else hard after the grace', async (t) => {
  for (const signal of ['SIGHUP', 'SIGTERM', 'SIGQUIT'] as const)
    for (const [how, code] of [
      ['orderly', 7],
      ['stubborn', 99],
    ] as const) {
      const parent = startNode(t, [PARENT, process.execPath, CHILD, how], {
        env: { ...process.env, HAND_ON: '1' },
      });
      await until('the child is there', () => parent.text().includes('ready'));
      const below = descendants(parent.pid);
      assert.match(environmentOf(below[0]!), /VOXLAB_PARENT=/);
      parent.child.kill(signal);
      assert.equal(await parent.ended, code, signal);
      assert.match(parent.text(), /told to end/);
      await allEnd(below, 10);
    }
});
