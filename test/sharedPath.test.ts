import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inRepository } from '../src/paths.js';
import { sharedPath, withoutPlaces, withSharedPaths } from '../src/sharedPath.js';

test('sharedPath() says a path from the project, and of others the name', () => {
  assert.equal(sharedPath(inRepository('runs', 'start')), 'runs/start');
  assert.equal(sharedPath('/mnt/others/their/run'), 'run');
  assert.equal(sharedPath(inRepository('..beside')), '..beside');
});

test('withSharedPaths() keeps all of a document but the places in it', () => {
  const document = {
    run: inRepository('runs', 'a'),
    parts: [{ file: '/mnt/x/y.csv', n: 3 }],
    none: null,
    text: 'a/b',
    yes: true,
  };
  assert.deepEqual(withSharedPaths(document), {
    run: 'runs/a',
    parts: [{ file: 'y.csv', n: 3 }],
    none: null,
    text: 'a/b',
    yes: true,
  });
});

test('withoutPlaces() leaves names in a sentence, whatever surrounds the paths', () => {
  const folder = '/data/my scans/raw';
  const said = (sentence: string): string => withoutPlaces(sentence, folder);
  assert.equal(
    said(`${folder}/subset0/a.mhd: found also ${folder}/subset1/a.mhd`),
    'subset0/a.mhd: found also subset1/a.mhd',
  );
  assert.equal(
    said('names "/mnt/disk 3/../x/a.raw", which is not there'),
    'names "disk 3/../x/a.raw", which is not there',
  );
  assert.equal(said('(/mnt/a/b.dcm), /c.raw'), '(b.dcm), c.raw');
  const { HOME } = process.env;
  if (HOME !== undefined && HOME.length > 1)
    assert.equal(said(`${HOME}/my own/x.raw:3: bad`), 'my own/x.raw:3: bad');
  const sentence = 'expected 1/2 or a/b, 3 m/s and https://example.org/x/y; a / b';
  assert.equal(said(sentence), sentence);
  assert.equal(withoutPlaces('/a/b.mhd: bad', ''), 'b.mhd: bad');
});
