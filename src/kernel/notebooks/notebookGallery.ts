import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { escaped } from '../../figures/drawing/markup.js';
import { pagePolicy } from '../../figures/drawing/pagePolicy.js';
import { makeFolder, writeFileAtomically } from '../../paths.js';
import { pythonAnswer } from './pythonAnswer.js';

/** A notebook's page, and what the gallery says of it. */
export interface NotebookPage {
  readonly name: string;
  readonly title: string;
  /** The first paragraph. */
  readonly text: string;
  /** The first picture, a data URI. */
  readonly image: string | null;
  readonly html: string;
  /** Code cells. */
  readonly cells: number;
  /** Whether an output is in it. */
  readonly ran: boolean;
  readonly bytes: number;
}

/**
 * Writes a page of each notebook, executed or saved by JupyterLab, and `index.html`, which shows them all. Nothing is run, and
 * no page loads anything. Throws EnvironmentError where nbconvert cannot read one.
 */
export async function writeGallery(
  notebooks: readonly string[],
  folder: string,
  { missing = [], signal }: { readonly missing?: readonly string[]; readonly signal?: AbortSignal } = {},
): Promise<{ readonly index: string; readonly pages: readonly NotebookPage[] }> {
  makeFolder(folder);
  const pages = (await pagesOf(notebooks, folder, signal)).map((page) => ({
    ...page,
    bytes: statSync(page.html).size,
  }));
  const index = join(folder, 'index.html');
  writeFileAtomically(index, galleryPage(pages, missing));
  return { index, pages };
}

async function pagesOf(
  notebooks: readonly string[],
  folder: string,
  signal?: AbortSignal,
): Promise<readonly Omit<NotebookPage, 'bytes'>[]> {
  const answer = await pythonAnswer('notebookPage.py', [folder, ...notebooks], {
    work: 'pages were written',
    failure: `nbconvert failed on ${notebooks.map((file) => basename(file)).join(', ')}`,
    signal,
  });
  return answer as readonly Omit<NotebookPage, 'bytes'>[];
}

const STYLE = `
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:1180px;padding:24px 16px;color:#222;background:#fff}
h1{font-size:1.5em;margin:0 0 .8em}
ul{display:grid;grid-template-columns:repeat(auto-fill,minmax(270px,1fr));gap:18px;list-style:none;margin:0;padding:0}
a{display:block;height:100%;box-sizing:border-box;border:1px solid #d5d9de;border-radius:8px;overflow:hidden;color:inherit;text-decoration:none}
a:hover,a:focus-visible{border-color:#1976d2;outline:none;box-shadow:0 0 0 1px #1976d2}
.picture{height:150px;background:#fff;display:flex;align-items:center;justify-content:center;border-bottom:1px solid #d5d9de;overflow:hidden;color:#777}
.picture img{max-width:100%;max-height:100%;color-scheme:light}
h2{font-size:1.05em;margin:12px 14px 4px}
p{margin:0 14px 8px}
.facts{color:#666;font-size:.87em;margin-bottom:12px}
@media (prefers-color-scheme:dark){body{color:#e3e3e3;background:#111}a,.picture{border-color:#3a3f46}.facts{color:#aaa}}
@media print{ul{display:block}li{break-inside:avoid;margin-bottom:12px}}`;
/** A paragraph's beginning. */
const TEXT_LETTERS = 170;

/** All notebooks on one page, with the first picture of each; complete in one file. */
export function galleryPage(pages: readonly NotebookPage[], missing: readonly string[]): string {
  const cards = pages.map(
    ({ name, title, text, image, cells, ran, bytes }) =>
      `<li><a href="${escaped(encodeURIComponent(name))}.html"><div class="picture">${image === null ? 'no picture' : `<img alt="" src="${escaped(image)}">`}</div><h2>${escaped(title)}</h2><p>${escaped(shortened(text))}</p><p class="facts">${escaped(name)} · ${cells} cells · ${(bytes / 1e6).toFixed(1)} MB${ran ? '' : ' · without outputs'}</p></a></li>`,
  );
  const absent =
    missing.length === 0
      ? ''
      : `<p class="facts">Not run yet: ${missing.map(escaped).join(', ')} (voxlab notebook run NAME)</p>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${pagePolicy()}<title>Notebooks</title>
<style>${STYLE}</style></head>
<body><h1>Notebooks</h1><ul>${cards.join('\n')}</ul>${absent}</body></html>
`;
}

function shortened(text: string): string {
  if (text.length <= TEXT_LETTERS) return text;
  const space = text.lastIndexOf(' ', TEXT_LETTERS);
  // Not every language has spaces between its words.
  return `${text.slice(0, space > 0 ? space : TEXT_LETTERS)} …`;
}
