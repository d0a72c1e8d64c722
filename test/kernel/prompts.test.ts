import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPrompts } from '../../src/kernel/prompts.js';

test('createPrompts(): prompt, confirm and alert ask in a line, as in a browser', () => {
  const asked: string[] = [];
  const answers = ['text', '', '', 'y', 'YES', 'no', '', ''];
  const { prompt, confirm, alert } = createPrompts((text) => {
    asked.push(text);
    return answers[asked.length - 1]!;
  });
  assert.deepEqual([prompt('name?'), prompt('name?'), prompt('name?', 'me')], ['text', null, 'me']);
  assert.deepEqual([confirm('go?'), confirm('go?'), confirm('go?'), confirm()], [true, true, false, false]);
  assert.equal(alert('done'), undefined);
  assert.deepEqual(asked.slice(1, 4), ['name? ', 'name? [me] ', 'go? [y/N] ']);
});
