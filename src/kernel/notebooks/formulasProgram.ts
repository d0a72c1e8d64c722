// Run by formulas.py: the formulas of a page come in as JSON, [{tex, isBlock}, ...], their markup goes out as JSON.
import { jsonIn } from '../../jsonPlace.js';
import { formulaMarkup } from './formulas.js';

let asked = '';
for await (const text of process.stdin.setEncoding('utf8')) asked += text;
const formulas = jsonIn('stdin', asked, 'formulas')
  .list()
  .map((formula) => ({ tex: formula.at('tex').text(), isBlock: formula.at('isBlock').value === true }));
process.stdout.write(JSON.stringify(formulas.map(formulaMarkup)));
