import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decimal,
  oneOf,
  parseIni,
  readIniFile,
  text,
  wholeNumber,
  withDefault,
} from '../../src/config/ini.js';
import { ConfigError } from '../../src/errors.js';
import { inRepository } from '../../src/paths.js';

const schema = {
  local: { FOLDER: text() },
  training: {
    EPOCHS: wholeNumber(1, 100),
    RATE: decimal(0),
    STRATEGY: oneOf('single', 'data'),
    NOTE: withDefault(text(), undefined),
  },
};
const good = 'EPOCHS = 6\nRATE = 1e-3\nSTRATEGY = data\n';

const failure = (content: string): ConfigError => {
  try {
    parseIni(content, 'model.ini', schema, 'training');
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error;
  }
  return assert.fail('expected a ConfigError');
};

test('parseIni() gives typed, frozen values of one section, with comments, BOM, CRLF and the same key in two sections', () => {
  const values = parseIni(
    `\uFEFF; a comment\r\n[local]\r\nFOLDER = data/raw\r\n[training]\r\n${good.replaceAll('\n', '\r\n')}NOTE = "a ; b"\r\n`,
    'model.ini',
    { ...schema, local: { ...schema.local, EPOCHS: wholeNumber() } },
    'training',
  );
  assert.deepEqual(values, { EPOCHS: 6, RATE: 0.001, STRATEGY: 'data', NOTE: 'a ; b' });
  assert.ok(Object.isFrozen(values));
  const twoSections = parseIni('[a]\nK = 1\n[b]\nK = 2\n', 'f', { a: { K: text() }, b: { K: text() } }, 'b');
  assert.equal(twoSections.K, '2');
});

test('parseIni() takes the default of a missing or empty key', () => {
  assert.equal(parseIni(`[training]\n${good}NOTE =\n`, 'f', schema, 'training').NOTE, undefined);
});

test('parseIni() names file, section, key and value of an unknown key, an unknown section and a key given twice', () => {
  const unknown = failure(`[training]\n${good}EPOCH = 3\n`);
  assert.deepEqual(
    [unknown.file, unknown.section, unknown.key, unknown.value],
    ['model.ini', 'training', 'EPOCH', '3'],
  );
  assert.match(unknown.message, /unknown key, expected one of EPOCHS, RATE, STRATEGY, NOTE/);
  assert.match(
    failure(`[training]\n${good}[other]\nA = 1\n`).message,
    /\[other\].*expected one of local, training/,
  );
  assert.match(
    failure(`[training]\n${good}EPOCHS = 7\n`).message,
    /EPOCHS: expected this key once.*\["6","7"\]/,
  );
  assert.match(failure('EPOCHS = 3\n').message, /below a \[section\] line/);
  assert.match(failure(`[training]\n${good}toString = 1\n`).message, /unknown key/);
});

test('parseIni() names the value that is of the wrong type or out of range, a missing key and a missing section', () => {
  assert.match(
    failure('[training]\nEPOCHS = six\n').message,
    /^model\.ini: \[training\] EPOCHS: expected a whole number from 1 to 100, received "six"$/,
  );
  assert.match(failure('[training]\nEPOCHS = 6.5\n').message, /received "6.5"/);
  assert.match(failure('[training]\nEPOCHS = 0\n').message, /received "0"/);
  assert.match(failure('[training]\nEPOCHS\n').message, /received true/);
  assert.match(
    failure(`[training]\n${good.replace('1e-3', '-1')}`).message,
    /RATE: expected a number of at least 0/,
  );
  assert.match(failure(`[training]\n${good.replace('data', 'dta')}`).message, /expected one of single, data/);
  assert.match(failure('[training]\n').message, /EPOCHS: .*received nothing/);
  assert.match(failure('[local]\nFOLDER = x\n').message, /\[training\] \(section\)/);
});

test('readIniFile() names the file that is missing', () => {
  assert.throws(
    () => readIniFile(inRepository('configs', 'absent.ini'), schema, 'training'),
    (error) =>
      error instanceof ConfigError &&
      /absent\.ini.*expected a configuration file that can be read, received nothing/.test(error.message),
  );
});
