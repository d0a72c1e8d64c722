import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { inRepository } from '../../src/paths.js';

/** The Python of a docs page: its only block of code with this text. */
export function documentedPython(page: string, has: string): string {
  const text = readFileSync(inRepository('docs', page), 'utf8');
  const blocks = Array.from(text.matchAll(/^```python\n(.*?)^```/gms), ([, code]) => code!);
  const [block, ...others] = blocks.filter((code) => code.includes(has));
  assert.ok(block !== undefined && others.length === 0, `one block of docs/${page} with '${has}'`);
  return block;
}
