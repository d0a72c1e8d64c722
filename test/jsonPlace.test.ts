import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { InputError } from '../src/errors.js';
import { JsonPlace, readJson } from '../src/jsonPlace.js';

const place = new JsonPlace('a.json', {
  count: 3,
  share: 0.5,
  name: 'x',
  list: [1, 'two'],
  deep: { er: null },
});

test('JsonPlace reads what is there', () => {
  assert.equal(place.at('count').whole(), 3);
  assert.equal(place.at('share').number(0, 1), 0.5);
  assert.equal(place.at('name').text(), 'x');
  assert.equal(place.at('list').list()[0]!.whole(1, 1), 1);
  assert.deepEqual(
    place
      .at('deep')
      .entries()
      .map(([key, { name }]) => [key, name]),
    [['er', 'deep.er']],
  );
  assert.equal(place.at('none').isThere, false);
  assert.equal(new JsonPlace('a.json', JSON.parse('{"__proto__": 1}')).at('toString').isThere, false);
});

test('JsonPlace names file, place, what was expected and what was received', () => {
  for (const [read, message] of [
    [() => place.at('share').whole(), 'a.json: share: expected a whole number of at least 0, received 0.5'],
    [() => place.at('count').whole(4, 5), 'a.json: count: expected a whole number from 4 to 5, received 3'],
    [() => place.at('count').number(4, 5), 'a.json: count: expected a number from 4 to 5, received 3'],
    [() => place.at('name').number(), 'a.json: name: expected a number, received "x"'],
    [() => place.at('none').text(), 'a.json: none: expected a text, received nothing'],
    [
      () => place.at('list').list()[1]!.whole(),
      'a.json: list[1]: expected a whole number of at least 0, received "two"',
    ],
    [() => place.at('deep').at('er').object(), 'a.json: deep.er: expected an object, received null'],
    [() => place.at('list').object(), 'a.json: list: expected an object, received [1,"two"]'],
    [() => place.at('deep').list(), 'a.json: deep: expected a list, received {"er":null}'],
  ] as const)
    assert.throws(read, (error) => error instanceof InputError && error.message === message, message);
});

test('readJson() names a file that is missing, empty or no JSON', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-json-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'x.json');
  assert.throws(() => readJson(file, 'a thing'), /x\.json: expected a thing, found nothing/);
  writeFileSync(file, ' ');
  assert.throws(() => readJson(file, 'a thing'), /expected a thing, in JSON \(an empty file\)/);
  writeFileSync(file, '{"a');
  assert.throws(() => readJson(file, 'a thing'), InputError);
  writeFileSync(file, '{"a": 1}');
  assert.equal(readJson(file, 'a thing').at('a').whole(), 1);
});
