import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startLab } from '../../../src/kernel/notebooks/lab.js';
import { commandLines, descendants, environmentOf } from '../../processes.js';

const home = mkdtempSync(join(tmpdir(), 'voxlab-lab-'));
after(() => rmSync(home, { recursive: true, force: true }));

test('startLab() answers on 127.0.0.1 with its token alone, offers the kernel, and ends with its signal', async () => {
  const controller = new AbortController();
  const lab = await startLab({ browser: false, signal: controller.signal, home });
  const base = `http://127.0.0.1:${lab.port}`;
  assert.match(lab.url, new RegExp(`^${base}/lab/tree/notebooks\\?token=[0-9a-f]{48}$`));
  assert.equal((await fetch(`${base}/api/kernelspecs`)).status, 403);
  const answer = await fetch(`${base}/api/kernelspecs?token=${lab.token}`);
  const specs = (await answer.json()) as { kernelspecs: { voxlab: { spec: { display_name: string } } } };
  assert.equal(specs.kernelspecs.voxlab.spec.display_name, 'TypeScript (voxlab)');
  // Any user of the machine reads the arguments of all processes; a cell could print a variable into its notebook.
  for (const [pid, line] of commandLines()) assert.ok(!line.includes(lab.token), `${pid}: ${line}`);
  for (const pid of descendants(process.pid)) assert.ok(!environmentOf(pid).includes(lab.token), `${pid}`);
  const widgets = join(
    home,
    'settings',
    '@jupyter-widgets',
    'jupyterlab-manager',
    'plugin.jupyterlab-settings',
  );
  assert.deepEqual(JSON.parse(readFileSync(widgets, 'utf8')), { saveState: true });
  controller.abort();
  await lab.ended;
  await assert.rejects(fetch(`${base}/api/status`));
});

test('startLab() says that the port is taken', async () => {
  const server = createServer((socket) => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await assert.rejects(startLab({ port, browser: false, signal: new AbortController().signal, home }), {
    name: 'EnvironmentError',
    message: new RegExp(`^JupyterLab ended .*${port}`),
  });
  server.close();
  assert.equal(await connectionsOf(server), 0, 'the question to the other program has ended');
});

test('startLab() twice at the same moment: each gets a port of its own', async () => {
  const controller = new AbortController();
  const start = () => startLab({ browser: false, signal: controller.signal, home });
  const labs = await Promise.all([start(), start()]);
  assert.notEqual(labs[0]!.port, labs[1]!.port);
  controller.abort();
  await Promise.all(labs.map(({ ended }) => ended));
});

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve) => setTimeout(() => server.getConnections((_, count) => resolve(count)), 200));
}
