// Relative links of built pages and of the repository's own: each leads to a file that is there, and to a place in it.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** Dead links of all HTML files in a folder, as `page: link`, and how many links there are. */
export function checkPages(folder) {
  return checkAll(folder, filesBelow(folder, '.html'), (text) =>
    [...text.matchAll(/\s(?:href|src)=(["'])(.*?)\1/g)].map(([, , link]) => link.replaceAll('&amp;', '&')),
  );
}

/** The same of Markdown files, paths from `root`. */
export function checkMarkdown(root, files) {
  return checkAll(
    root,
    files.map((file) => join(root, file)),
    (text) =>
      [...withoutCode(text).matchAll(/\]\(([^()\s]+)\)|\s(?:href|src)="([^"]*)"/g)].map(
        ([, link, attribute]) => link ?? attribute,
      ),
  );
}

function checkAll(root, pages, linksOf) {
  const anchors = new Map();
  const anchorsOf = (file) => {
    if (!anchors.has(file)) anchors.set(file, anchorsIn(file));
    return anchors.get(file);
  };
  let links = 0;
  const dead = [];
  for (const page of pages)
    for (const link of new Set(linksOf(readFileSync(page, 'utf8')))) {
      if (/^[a-z][a-z0-9+.-]*:/i.test(link)) continue; // another place, or data
      links++;
      const [path, anchor = ''] = link.split('#').map(decodeURIComponent);
      const file = path === '' ? page : resolve(dirname(page), path.split('?')[0]);
      const isThere =
        existsSync(file) && (anchor === '' || statSync(file).isDirectory() || anchorsOf(file).has(anchor));
      if (!isThere) dead.push(`${relative(root, page)}: ${link}`);
    }
  return { pages: pages.length, links, dead };
}

/** Names that a link may end in after `#`. */
function anchorsIn(file) {
  const text = readFileSync(file, 'utf8');
  if (!file.endsWith('.md')) return new Set([...text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id));
  return new Set([...withoutCode(text).matchAll(/^#+ +(.*)$/gm)].map(([, heading]) => slugOf(heading)));
}

/** As GitHub names a heading. */
function slugOf(heading) {
  const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').trim();
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

/** Code may hold what only looks like a link or a heading. */
function withoutCode(text) {
  return text
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ' '));
}

function filesBelow(folder, extension) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}
