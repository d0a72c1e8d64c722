import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';
import { atName, createStackPlaces, isInside, mapStacks } from '../../../src/kernel/cells/stackPlaces.js';

test('mapStacks(): a stack through code of the user has its places in the source, and no frames of Node inside', () => {
  const Mapped = class extends Error {} as unknown as ErrorConstructor;
  const places = createStackPlaces();
  places.add('cell[7]', (line, column) => ({ line: line + 10, column: column + 1 }));
  mapStacks(places, Mapped);
  const stackOf = (...frames: string[]) =>
    Mapped.prepareStackTrace!(new RangeError('no'), frames as never) as string;
  assert.equal(
    stackOf(
      'f (cell[7]:1:2)',
      'async cell[7]:3:4',
      'node:internal/process/task_queues:140:7',
      'read (node:fs:1:1)',
    ),
    'RangeError: no\n    at f (cell[7]:11:3)\n    at async cell[7]:13:5\n    at read (node:fs:1:1)',
  );
  assert.equal(
    stackOf('g (node:vm:1:1)'),
    'RangeError: no\n    at g (node:vm:1:1)',
    'where no user is, all is there',
  );
  assert.equal(
    stackOf('eval (eval at f (cell[7]:1:2), <anonymous>:1:1)'),
    'RangeError: no\n    at eval (eval at f (cell[7]:11:3), <anonymous>:1:1)',
  );
});

test('mapStacks(): a module of the user may lie in a folder with spaces in its name', () => {
  const Mapped = class extends Error {} as unknown as ErrorConstructor;
  const places = createStackPlaces();
  places.add('/my notebooks/own.ts', (line, column) => ({ line: line + 10, column }));
  mapStacks(places, Mapped);
  const frames = ['f (/my notebooks/own.ts:1:2)', 'async /my notebooks/own.ts:3:4', 'node:vm:1:1'];
  assert.equal(
    Mapped.prepareStackTrace!(new RangeError('no'), frames as never),
    'RangeError: no\n    at f (/my notebooks/own.ts:11:2)\n    at async /my notebooks/own.ts:13:4',
  );
});

test('mapStacks(): errors whose own getters throw have a stack', () => {
  const hostile = Object.defineProperty(new Error('x'), 'message', {
    get() {
      throw new Error('looked at');
    },
  });
  const Mapped = class extends Error {} as unknown as ErrorConstructor;
  mapStacks(createStackPlaces(), Mapped);
  assert.equal(Mapped.prepareStackTrace!(hostile, []), 'Error');
});

test('atName(): a call whose place is its bracket is at its name', () => {
  const at = atName((line, column) => ({ line, column }), 'a.thrower(5);\n(f)(1)');
  assert.deepEqual(at(1, 10), { line: 1, column: 3 });
  assert.deepEqual(at(1, 3), { line: 1, column: 3 });
  assert.deepEqual(at(2, 4), { line: 2, column: 4 });
  assert.equal(atName(() => undefined, '')(1, 1), undefined);
});

test("isInside(): frames of Node's loader, not those of its libraries", () => {
  const { stack } = vm.runInThisContext('new Error()') as Error;
  assert.ok(stack!.split('\n').some((line) => isInside(line)));
  assert.equal(isInside('    at Object.openSync (node:fs:601:3)'), false);
});
