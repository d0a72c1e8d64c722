// Run by formulas.py: the formulas of a page come in as JSON, [{tex, isBlock}, ...], their markup goes out as JSON.
import { type Formula, formulaMarkup } from './formulas.js';

let asked = '';
for await (const text of process.stdin.setEncoding('utf8')) asked += text;
process.stdout.write(JSON.stringify((JSON.parse(asked) as Formula[]).map(formulaMarkup)));
