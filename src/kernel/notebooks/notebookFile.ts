import { type JsonPlace, readJson } from '../../jsonPlace.js';
import type { Notebook } from './notebookParameters.js';

/**
 * A notebook's JSON, with what is read of it looked at. Of a format before 4 nothing but the number is: nbclient brings it up
 * to date. Throws InputError that names the cell.
 */
export function readNotebook(path: string): Notebook {
  const place = readJson(path, 'a notebook');
  const format = place.at('nbformat');
  if (format.isThere && format.whole(1) < 4) return place.value as Notebook;
  const minor = place.at('nbformat_minor');
  if (minor.isThere) minor.whole();
  for (const cell of place.at('cells').list()) checkCell(cell);
  return place.value as Notebook;
}

function checkCell(cell: JsonPlace): void {
  cell.at('cell_type').text();
  const source = cell.at('source');
  if (Array.isArray(source.value)) for (const line of source.list()) line.text();
  else source.text();
  const metadata = cell.at('metadata');
  if (!metadata.isThere) return;
  const tags = metadata.at('tags');
  if (tags.isThere) for (const tag of tags.list()) tag.text();
}
