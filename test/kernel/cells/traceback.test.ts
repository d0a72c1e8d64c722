import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnosticsError, errorOf, scriptName, throwerIn } from '../../../src/kernel/cells/traceback.js';

const plain = (lines: readonly string[]): string => lines.join('\n').replaceAll(/\x1b\[\d+m/g, '');

function errorWithStack(...frames: string[]): Error {
  const error = new RangeError('boom');
  error.stack = ['RangeError: boom', ...frames.map((frame) => `    at ${frame}`)].join('\n');
  return error;
}

const noCode = (): undefined => undefined;

test('errorOf() points into the cell and leaves the frames of the kernel out', () => {
  const error = errorWithStack(
    `inner (${scriptName('3')}:2:9)`,
    `${scriptName('3')}:5:1`,
    'enterCell (file:///x/dist/src/kernel/cells/cells.js:1:1)',
    'Script.runInThisContext (node:vm:1:1)',
    'readVolume (file:///x/dist/src/volumes/readVolume.js:2:2)',
  );
  const { ename, evalue, traceback } = errorOf(error, (label) =>
    label === '3' ? 'one\ntwo\nthree\nfour\nfive' : undefined,
  );
  assert.deepEqual({ ename, evalue }, { ename: 'RangeError', evalue: 'boom' });
  assert.equal(
    plain(traceback),
    [
      'RangeError: boom',
      'Cell In[3], line 2',
      '    1  one',
      '--> 2  two',
      '    3  three',
      '    4  four',
      '    at inner (cell[3]:2:9)',
      '    at cell[3]:5:1',
      '    at readVolume (file:///x/dist/src/volumes/readVolume.js:2:2)',
    ].join('\n'),
  );
});

test('errorOf() leads to cells with a prompt alone', () => {
  const error = errorWithStack(`inner (${scriptName('3.1')}:1:1)`);
  const lines = errorOf(error, () => 'one').traceback;
  assert.match(plain(lines), /^RangeError: boom\n--> 1 {2}one\n/);
});

test('errorOf() names the cause, and takes thrown values that are no errors', () => {
  const caused = new Error('outer', { cause: new TypeError('inner') });
  assert.match(plain(errorOf(caused, noCode).traceback), /caused by TypeError: inner$/);
  const places = errorWithStack(`inner (${scriptName('3')}:2:9)`, 'f (/x/own.ts:4:5)', 'g (/x/other.js:1:1)');
  const lines = plain(
    errorOf(new Error('outer', { cause: new Error('middle', { cause: places }) }), noCode).traceback,
  );
  assert.match(
    lines,
    /caused by Error: middle\ncaused by RangeError: boom\n {4}at inner \(cell\[3\]:2:9\)\n {4}at f \(\/x\/own\.ts:4:5\)$/,
  );
  const circular = new Error('round');
  circular.cause = circular;
  assert.match(plain(errorOf(circular, noCode).traceback), /(caused by Error: round\n?)+$/);
  assert.deepEqual(errorOf('text', noCode).evalue, 'text');
  assert.deepEqual(errorOf(null, noCode).ename, 'Thrown');
});

test('errorOf() never throws, whatever was thrown, and shows values and the parts of an AggregateError', () => {
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error('looked at');
      },
    },
  );
  assert.match(errorOf(hostile, noCode).evalue, /^a value that cannot be shown|^(Proxy\()?\{\}\)?$/);
  assert.equal(errorOf({ a: 1 }, noCode).evalue, '{ a: 1 }');
  const several = new AggregateError([new TypeError('one'), new Error('two')], 'all failed');
  assert.match(plain(errorOf(several, noCode).traceback), /error 1: TypeError: one\nerror 2: Error: two$/);
});

test('diagnosticsError() shows line and mark of each complaint, and what to do where that is known', () => {
  const code = 'const a = 4;\nconst q: string = 5;\nexport const n = 1;';
  const { ename, evalue, traceback } = diagnosticsError(
    [
      { file: undefined, line: 2, column: 7, length: 1, code: 2322, message: 'Not a string.' },
      { file: undefined, line: 3, column: 14, length: 1, code: 2323, message: 'Cannot redeclare.' },
      { file: 'lib/side.ts', line: 9, column: 1, length: 3, code: 1, message: 'Elsewhere.' },
    ],
    code,
  );
  assert.equal(ename, 'TypeScriptError');
  assert.match(
    evalue,
    /^2:7 - Not a string\. \(TS2322\)\n3:14 - .*leave out `export`\nlib\/side\.ts 9:1 - Elsewhere/,
  );
  assert.match(plain(traceback), /2:7 - Not a string\. \(TS2322\)\nconst q: string = 5;\n {6}~\n/);
  assert.match(plain(traceback), /lib\/side\.ts 9:1 - Elsewhere\. \(TS1\)$/);
});

test('diagnosticsError() says what to write instead of what cells cannot hold', () => {
  const complaint = {
    file: undefined,
    line: 1,
    column: 1,
    length: 1,
    code: 1109,
    message: 'Expression expected.',
  };
  const evalueOf = (code: string) => diagnosticsError([complaint], code).evalue;
  assert.match(evalueOf('%time 1 + 1'), /no magics/);
  assert.match(evalueOf('!ls -l'), /execSync\('ls'/);
  assert.match(evalueOf('const view = <div a="1">x</div>;'), /\.tsx beside the notebook/);
  assert.match(evalueOf('show(<br />)'), /\.tsx beside the notebook/);
  for (const code of [
    'const = 5',
    'const a = new Map<string, number>();',
    'if (a <b && c> d) {}',
    'f = <T>(x: T) => x',
  ])
    assert.doesNotMatch(evalueOf(code), /cells/i);
});

test('diagnosticsError() leaves out what is said of the line that tslab puts below the cell', () => {
  const at = (line: number) => ({
    file: undefined,
    line,
    column: 1,
    length: 1,
    code: 2323,
    message: 'Twice.',
  });
  assert.equal(diagnosticsError([at(1), at(2)], 'export const a = 1').evalue.split('\n').length, 1);
});

test('throwerIn() names the cell of the innermost frame, and looks at any value', () => {
  const error = errorWithStack(
    'read (node:fs:1:1)',
    `f (${scriptName('3.1')}:3:9)`,
    `${scriptName('4')}:6:1`,
  );
  assert.equal(throwerIn(error), '3.1');
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error('looked at');
      },
    },
  );
  for (const value of [new Error('elsewhere'), 'text', null, hostile])
    assert.equal(throwerIn(value), undefined);
});
