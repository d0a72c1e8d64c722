import assert from 'node:assert/strict';
import { test } from 'node:test';
import { childOf, parseXml, readXml } from '../../../src/candidates/lidc/xmlTree.js';
import { InputError } from '../../../src/errors.js';

test('parseXml() gives names without prefix, text without space around it, and lines', () => {
  const root = parseXml(
    '\uFEFF<?xml version="1.0"?>\n<!-- made -->\n<n:a xmlns:n="x">\n <b> 1 &amp; 2 </b>\n <c><![CDATA[<3]]></c></n:a>',
    'a.xml',
  );
  assert.equal(root.name, 'a');
  assert.deepEqual(childOf(root, 'b'), { name: 'b', line: 4, children: [], text: '1 & 2' });
  assert.equal(childOf(root, 'c')!.text, '<3');
});

test('parseXml() refuses what is not well-formed, with its line', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['<a>\n<b></a>', 2],
    ['', 1],
    ['<a>\n', 2],
    ['<a>&unknown;</a>', 1],
    ['<a/>\n<b/>', 2],
    ['seriesuid,coordX', 1],
  ];
  for (const [text, line] of cases)
    assert.throws(
      () => parseXml(text, 'a.xml'),
      (error) =>
        error instanceof InputError &&
        error.line === line &&
        /^a\.xml:\d+: expected well-formed XML/.test(error.message),
      JSON.stringify(text),
    );
});

test('parseXml() expands no entities of the file: they grow without end', () => {
  const text = '<!DOCTYPE a [<!ENTITY b "cccccccc"><!ENTITY d "&b;&b;">]><a>&d;</a>';
  assert.throws(() => parseXml(text, 'a.xml'), InputError);
});

test('readXml() names a file that is not there', () => {
  assert.throws(() => readXml('/none.xml'), /\/none\.xml: expected a file, found nothing/);
});
