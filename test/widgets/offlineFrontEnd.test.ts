import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { inRepository } from '../../src/paths.js';
import { isOfVsCode, offlineFrontEnd } from '../../src/widgets/offlineFrontEnd.js';
import { createWidget } from '../../src/widgets/widget.js';
import { openFrontSession } from './frontSession.js';

const ANYWIDGET = inRepository('.venv/share/jupyter/nbextensions/anywidget/index.js');

/** What a page has defined after it ran the script of this HTML. */
function definedBy(html: string, requirejs: object | undefined): unknown[][] {
  const [, script, ...more] = html.split(/<\/?script>/);
  assert.deepEqual(more, [''], 'one script and nothing else');
  const defined: unknown[][] = [];
  const window = { requirejs, define: (...what: unknown[]) => defined.push(what) };
  runInNewContext(script!, { window });
  return defined;
}

test('isOfVsCode() knows the kernels of VS Code on a desktop and on a server, and no server of Jupyter in its terminal', () => {
  assert.ok(isOfVsCode({ VSCODE_PID: '7', VSCODE_CWD: '/' }));
  assert.ok(isOfVsCode({ VSCODE_CWD: '/' }));
  assert.ok(!isOfVsCode({}));
  assert.ok(!isOfVsCode({ VSCODE_IPC_HOOK_CLI: '/tmp/a.sock' }));
  assert.ok(!isOfVsCode({ VSCODE_PID: '7', JPY_PARENT_PID: '8' }));
});

test('offlineFrontEnd() defines anywidget by name, where a page has a RequireJS, and is nothing without the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-front-end-'));
  const file = join(folder, 'index.js');
  try {
    assert.equal(offlineFrontEnd(file), undefined);
    writeFileSync(file, 'var kept = "</script>";\ndefine(["base"], () => kept); // the end');
    const html = offlineFrontEnd(file)!;
    assert.deepEqual(definedBy(html, undefined), []);
    const [[name, needs, make] = [], ...more] = definedBy(html, {});
    assert.deepEqual(
      [name, String(needs), (make as () => string)(), more],
      ['anywidget', 'base', '</script>', []],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('showOfflineFrontEnd() brings it once in VS Code, before the first widget', {
  skip: !existsSync(ANYWIDGET) && 'no environment for Python here',
}, () => {
  const { VSCODE_CWD, JPY_PARENT_PID } = process.env;
  const front = openFrontSession();
  const show = () =>
    createWidget({
      ...{ frontEnd: 'controls', state: {}, accept: () => ({}) },
      still: () => ({ html: '', text: '' }),
    }).mimeBundle();
  try {
    process.env.VSCODE_CWD = '/';
    delete process.env.JPY_PARENT_PID;
    show();
    show();
  } finally {
    if (VSCODE_CWD === undefined) delete process.env.VSCODE_CWD;
    else process.env.VSCODE_CWD = VSCODE_CWD;
    if (JPY_PARENT_PID !== undefined) process.env.JPY_PARENT_PID = JPY_PARENT_PID;
  }
  assert.deepEqual(
    front.published.map(({ type }) => type),
    ['display_data', 'comm_open', 'comm_open'],
  );
  const html = String((front.published[0]!.content.data as Record<string, unknown>)['text/html']);
  assert.deepEqual(
    definedBy(html, {}).map(([name, needs]) => [name, String(needs)]),
    [['anywidget', '@jupyter-widgets/base']],
  );
});
