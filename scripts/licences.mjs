// Every package that voxlab ships with, runs on or is built and tested by, its version and licence: docs/licences.md.
//   node scripts/licences.mjs            says what differs from the locks, and licences that nobody has agreed to (npm run check does)
//   node scripts/licences.mjs --write    renews the page, after the set-up of the tests
// Nothing is asked of any registry: names and versions are those of package-lock.json and requirements/, licences those of the
// lock and of what is installed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const PAGE = join(ROOT, 'docs', 'licences.md');
const RENEW = 'node scripts/licences.mjs --write';

/** Licences under which packages may be used here, by their SPDX names; `BSD` where a package says no more than that. */
const ALLOWED = new Set(
  '0BSD Apache-2.0 BSD BSD-2-Clause BSD-3-Clause BlueOak-1.0.0 CC0-1.0 ISC MIT MIT-0 MIT-CMU MPL-2.0 NIST-PD-fallback PSF-2.0 Python-2.0 Unlicense Zlib'.split(
    ' ',
  ),
);

/** Further licences of single packages, and why they are no hindrance. */
const AGREED = {
  'pylibjpeg-libjpeg':
    'GPL-3.0: a program of its own that tests compare with; never shipped, never loaded by voxlab',
};

/** What a package's own files say where its metadata has no name for it. */
const READ_IN_ITS_FILES = {
  h5wasm: 'NIST-PD-fallback',
  hdf5plugin: 'MIT',
  namex: 'Apache-2.0',
  'scikit-image': 'BSD-3-Clause',
  // Not installed here: of another machine, or measured beside.
  tensorflow: 'Apache-2.0',
  torch: 'BSD-3-Clause',
};

/** Words of metadata -> SPDX. */
const WORDS = [
  [/apache/i, 'Apache-2.0'],
  [/(bsd.?3|3-clause)/i, 'BSD-3-Clause'],
  [/(bsd.?2|2-clause)/i, 'BSD-2-Clause'],
  [/bsd/i, 'BSD'],
  [/^MIT\b|:: MIT /i, 'MIT'],
  [/\bISC\b/i, 'ISC'],
  [/PSF|Python Software Foundation/, 'PSF-2.0'],
  [/MPL|Mozilla/i, 'MPL-2.0'],
  [/GPL.?v?3/i, 'GPL-3.0'],
];

/** Of the lock: the packages that are installed, none twice. */
export function npmPackages(lock) {
  const found = new Map();
  for (const [place, { version, license, dev, link }] of Object.entries(lock.packages)) {
    const name = place.split('node_modules/').at(-1);
    if (!place.includes('node_modules/') || link === true) continue;
    const key = `${name} ${version}`;
    const role = dev === true ? 'builds and tests' : 'runs';
    const known = found.get(key);
    if (known === undefined || role === 'runs')
      found.set(key, { name, version, licence: READ_IN_ITS_FILES[name] ?? license ?? 'none', role });
  }
  return [...found.values()].sort(byName);
}

/** Pinned packages of a requirements file: [name, version]. */
export function pinnedIn(text) {
  return [...text.matchAll(/^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^\s;#]+)/gm)].map(([, name, version]) => [
    normal(name),
    version,
  ]);
}

/** A licence's SPDX name out of a package's METADATA; undefined where it has none. */
export function licenceIn(metadata) {
  const head = metadata.split(/\r?\n\r?\n/)[0];
  const said = /^License-Expression: (.+)$/m.exec(head)?.[1];
  if (said !== undefined) return said.trim();
  const words = [
    /^License: (.+)$/m.exec(head)?.[1] ?? '',
    ...[...head.matchAll(/^Classifier: License :: (.+)$/gm)].map(([, word]) => word),
  ];
  for (const word of words) {
    const found = WORDS.find(([pattern]) => word.length < 80 && pattern.test(word));
    if (found !== undefined) return found[1];
  }
  return undefined;
}

/** Whether all parts of an SPDX expression are allowed, of parts with OR one. */
export function isAllowed(expression) {
  const bare = expression.replace(/[()]/g, ' ').replace(/ WITH [\w-]+-exception/g, '');
  // `A OR B AND C` binds AND first; a choice inside of brackets stands alone in all that is used here.
  if (/\bOR\b/.test(bare) && /\bAND\b/.test(bare)) return bare.split(/\bAND\b|\bOR\b/).every(named);
  return bare.split(/\bOR\b/).some((choice) => choice.split(/\bAND\b/).every(named));
}

function named(part) {
  return ALLOWED.has(part.trim());
}

/** The lines of the page that the locks ask for; licences of Python packages are those of `known` (name -> licence). */
export function rowsOf(lock, requirements, known) {
  const rows = npmPackages(lock).map(({ name, version, licence, role }) => row(name, version, licence, role));
  const python = new Map();
  for (const [file, text] of requirements)
    for (const [name, version] of pinnedIn(text))
      if (!python.has(name)) python.set(name, { name, version, role: file });
  for (const { name, version, role } of [...python.values()].sort(byName))
    rows.push(row(name, version, known.get(name) ?? 'not known', role));
  return rows;
}

function row(name, version, licence, role) {
  return `| ${name} | ${version} | ${licence.replace(/^\((.*)\)$/, '$1')} | ${role} |`;
}

/** What is wrong with the page: rows that differ, licences that are not allowed. */
export function checkLicences() {
  if (!existsSync(PAGE)) return [`docs/licences.md is not there: ${RENEW}`];
  const page = readFileSync(PAGE, 'utf8')
    .split('\n')
    .filter((line) => /^\| \S+ \| \d/.test(line));
  const cells = page.map((line) => line.split('|').map((cell) => cell.trim()));
  // Without an environment for Python the page's own words stand.
  const known = new Map([...cells.map(([, name, , licence]) => [name, licence]), ...pythonLicences()]);
  const expected = rowsOf(lockFile(), requirementFiles(), known);
  return [
    ...expected
      .filter((line) => !page.includes(line))
      .map((line) => `docs/licences.md lacks ${line}: ${RENEW}`),
    ...page
      .filter((line) => !expected.includes(line))
      .map((line) => `docs/licences.md has ${line}, the locks have not: ${RENEW}`),
    ...cells
      .filter(([, name, , licence]) => !isAllowed(licence) && !(name in AGREED))
      .map(
        ([, name, , licence]) =>
          `${name}: nobody has agreed to the licence ${licence}, see scripts/licences.mjs`,
      ),
  ];
}

function pageOf(rows) {
  const npm = rows.filter((line) => / (runs|builds and tests) \|$/.test(line));
  const python = rows.filter((line) => !npm.includes(line));
  return `# Packages and their licences

Written by \`${RENEW}\` from \`package-lock.json\`, \`requirements/\` and what is installed; \`npm run check\` compares them
offline, and fails for a licence that is not in its list. An update is a change of a lock, and so of this page. voxlab itself: MIT.

## npm

\`runs\`: a run or notebook may load it. ${npm.length} packages; all at these versions, by their sums in the lock, without install scripts.

| package | version | licence | |
|---|---|---|---|
${npm.join('\n')}

## Python

By the file in \`requirements/\` that pins it: \`engine-*\` (TensorFlow's library; the Python in it is not loaded) and \`lab.txt\` (JupyterLab) are
what a set-up installs; \`test.txt\` and \`peers.txt\` are tools that tests and benchmarks compare with. The GPU build brings NVIDIA's own
CUDA and cuDNN wheels, at the versions that TensorFlow's wheel names and under NVIDIA's licence.

${Object.entries(AGREED)
  .map(([name, why]) => `${name}: ${why}.`)
  .join('\n')}

| package | version | licence | file |
|---|---|---|---|
${python.join('\n')}
`;
}

function lockFile() {
  return JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
}

function requirementFiles() {
  const folder = join(ROOT, 'requirements');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
}

/** Name -> licence, of the installed packages. */
function pythonLicences() {
  const found = new Map(Object.entries(READ_IN_ITS_FILES).map(([name, licence]) => [name, licence]));
  const lib = join(ROOT, '.venv', 'lib');
  const folders = existsSync(lib) ? readdirSync(lib).map((name) => join(lib, name, 'site-packages')) : [];
  for (const folder of folders.filter((each) => existsSync(each)))
    for (const name of readdirSync(folder).filter((each) => each.endsWith('.dist-info'))) {
      const metadata = readFileSync(join(folder, name, 'METADATA'), 'utf8');
      const own = normal(/^Name: (.+)$/m.exec(metadata)?.[1] ?? basename(name).split('-')[0]);
      const licence = licenceIn(metadata);
      if (!found.has(own) && licence !== undefined) found.set(own, licence);
    }
  return found;
}

/** One spelling of a name (PEP 503). */
function normal(name) {
  return name
    .trim()
    .replace(/[-_.]+/g, '-')
    .toLowerCase();
}

function byName(a, b) {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--write'))
    writeFileSync(PAGE, pageOf(rowsOf(lockFile(), requirementFiles(), pythonLicences())));
  const findings = checkLicences();
  for (const finding of findings) process.stdout.write(`${finding}\n`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
