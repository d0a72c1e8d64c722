import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRun } from '../../../src/kernel/cells/cellContext.js';
import { type CellMemory, createCellMemory } from '../../../src/kernel/cells/cellMemory.js';
import { createStackPlaces, type StackPlaces } from '../../../src/kernel/cells/stackPlaces.js';
import type { Message } from '../../../src/kernel/wire/protocol.js';

function memoryOf(newest: number): { memory: CellMemory; places: StackPlaces; known: () => string[] } {
  const places = createStackPlaces();
  const memory = createCellMemory(places, newest);
  const labels = Array.from({ length: 20 }, (_, index) => `${index}`);
  return {
    memory,
    places,
    known: () => {
      const found = labels.filter((label) => memory.get(label) !== undefined);
      for (const label of labels)
        assert.equal(places.inSources(`f (cell[${label}]:1:1)`) !== undefined, found.includes(label), label);
      return found;
    },
  };
}

function run(memory: CellMemory, label: number, ...names: string[]): void {
  const locate = (line: number, column: number) => ({ line, column });
  memory.add({ run: createRun({} as Message, `${label}`), code: `cell ${label}`, locate });
  memory.declared(`${label}`, names);
}

test('createCellMemory() keeps the newest cells, and older ones for as long as a name is theirs', () => {
  const { memory, known } = memoryOf(3);
  run(memory, 1, 'a', 'b');
  run(memory, 2);
  run(memory, 3, 'c');
  for (const label of [4, 5, 6]) run(memory, label);
  assert.deepEqual(known(), ['1', '3', '4', '5', '6']);
  assert.equal(memory.get('3')?.code, 'cell 3');

  run(memory, 7, 'a');
  assert.deepEqual(known(), ['1', '3', '5', '6', '7'], 'b is of cell 1');
  run(memory, 8, 'b', 'c');
  assert.deepEqual(known(), ['6', '7', '8']);
});

test('createCellMemory(): a cell that declares a name again and again, and one that runs anew', () => {
  const { memory, known } = memoryOf(2);
  run(memory, 1, 'a');
  run(memory, 1, 'a');
  run(memory, 2);
  run(memory, 1, 'a');
  run(memory, 3);
  assert.deepEqual(known(), ['1', '3']);
  for (const label of [4, 5]) run(memory, label, 'a');
  assert.deepEqual(known(), ['4', '5']);
});
