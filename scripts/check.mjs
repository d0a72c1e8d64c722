// The house rules as programs: `npm run check`. Each rule prints one line; any finding ends with exit code 1.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkArchitecture } from './drawArchitecture.mjs';
import { checkLicences } from './licences.mjs';
import { checkMarkdown } from './links.mjs';
import { checkSources } from './publicApi.mjs';
import { checkJson, checkPagePolicy, checkPrinting } from './strangerRules.mjs';
import {
  circlesOf,
  goneFiles,
  importedFiles,
  libraryImports,
  outOfOrder,
  readImports,
  roomsOf,
} from './structure.mjs';
import { TESTED_THROUGH } from './testedThrough.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** Outside library -> the only places that may import it. A place is a file, or a folder with one file per loaded library. */
const SEAMS = {
  ini: ['src/config/ini.ts'],
  'itk-wasm': ['src/volumes/'],
  '@itk-wasm/image-io': ['src/volumes/'],
  h5wasm: ['src/store/'],
  'h5wasm-plugins': ['src/store/'],
  koffi: ['src/koffi.ts'],
  '@tensorflow/tfjs': ['src/tensorflow/'],
  '@tensorflow/tfjs-node-gpu': ['src/tensorflow/'],
  'plotly.js-dist': ['src/figures/'],
  jsdom: ['src/figures/'],
  pngjs: ['src/figures/'],
  tslab: ['src/kernel/'],
  '@tslab/typescript-for-tslab': ['src/kernel/'],
  zeromq: ['src/kernel/'],
  'adm-zip': ['src/exchange/zip.ts'],
  temml: ['src/kernel/notebooks/formulas.ts'],
  saxes: ['src/candidates/lidc/xmlTree.ts'],
  commander: ['src/commands/'],
};
/** Libraries whose seam is a folder still have exactly one importing file, except where a reason stands here. */
const MANY_FILES_MAY_IMPORT = {
  commander: 'every command declares its own flags',
};

const sources = filesBelow('src', '.ts');
const tests = filesBelow('test', '.ts');
const imports = new Map(sources.map((file) => [file, importedFiles(file, readImports(read(file)))]));
const rules = [
  ['types', checkTypes],
  ['format and lint', checkBiome],
  ['import order', () => [...outOfOrder(imports), ...goneFiles(sources)]],
  ['no circles of files', () => circlesOf(imports).map((circle) => circle.join(' <-> '))],
  ['no circles of folders', () => circlesOf(roomsOf(imports)).map((circle) => circle.join(' <-> '))],
  ['rooms as in docs/architecture.md', () => checkArchitecture(sources, read)],
  ['one seam a library', checkSeams],
  ['mirrored tests', checkMirror],
  ['files of at most 300 lines', checkLength],
  ['public names as in docs/reference/public-api.txt', checkSources],
  ['texts of data go to streams by one way', () => checkPrinting(sources, read)],
  ['JSON is checked before it has a type', () => checkJson(sources, read)],
  ['every page says what it may do', () => checkPagePolicy(sources, read)],
  ['versions and licences as in docs/licences.md', checkLicences],
  ['links of the pages', checkLinks],
  ['notebooks without outputs, counts and metadata', checkNotebooks],
  ['no addresses or machine paths', checkAddresses],
  ['no files over 2 MB in git', checkSizes],
];

let failed = 0;
for (const [name, rule] of rules) {
  const findings = rule();
  process.stdout.write(`${findings.length === 0 ? 'ok  ' : 'FAIL'}  ${name}\n`);
  for (const finding of findings) process.stdout.write(`      ${finding}\n`);
  failed += findings.length === 0 ? 0 : 1;
}
process.exitCode = failed === 0 ? 0 : 1;

function checkTypes() {
  const tsc = ['node_modules/typescript/bin/tsc', '--noEmit', '--incremental', 'false'];
  const check = (...options) => outputOf(process.execPath, [...tsc, ...options]);
  return [...check(), ...check('-p', 'src/widgets/browser')];
}

function checkBiome() {
  return outputOf(join(ROOT, 'node_modules/@biomejs/cli-linux-x64/biome'), ['ci', '--colors=off', '.']);
}

function checkSeams() {
  const importers = new Map();
  for (const file of sources)
    for (const library of libraryImports(readImports(read(file))))
      importers.set(library, [...(importers.get(library) ?? []), file]);
  return [...importers].flatMap(([library, files]) => {
    const places = SEAMS[library];
    if (places === undefined)
      return [`${library} is imported by ${files.join(', ')} and has no seam in scripts/check.mjs`];
    const outside = files.filter((file) => !places.some((place) => file.startsWith(place)));
    if (outside.length > 0) return [`${library} is imported outside its seam: ${outside.join(', ')}`];
    if (files.length > 1 && !(library in MANY_FILES_MAY_IMPORT))
      return [`${library} has ${files.length} seams: ${files.join(', ')}`];
    return [];
  });
}

/** Every source file that holds code has a test of the same name, or the one listed; files of types alone need none. Some of bench/ have one. */
function checkMirror() {
  const missing = sources
    .filter(holdsCode)
    .filter((file) => !existsSync(join(ROOT, testOf(file))))
    .map((file) => `${file} has no ${testOf(file)}`);
  const orphans = tests
    .filter((file) => file.endsWith('.test.ts'))
    .filter(
      (file) =>
        !isProgramTest(file) &&
        ![file.replace(/^test\//, 'src/'), file.replace(/^test\//, '')].some((mirrored) =>
          existsSync(join(ROOT, mirrored.replace(/\.test\.ts$/, '.ts'))),
        ),
    )
    .map((file) => `${file} mirrors no source file`);
  const gone = Object.keys(TESTED_THROUGH)
    .filter((file) => !sources.includes(file))
    .map((file) => `${file} is gone: take it out of scripts/testedThrough.mjs`);
  return [...missing, ...orphans, ...gone];
}

/** Tests of what is no source file: the set-up and check scripts, the notebooks, the whole program. */
function isProgramTest(file) {
  return /^test\/(scripts|program)\//.test(file);
}

function holdsCode(file) {
  return /^(export )?(default )?(async )?(function|class|abstract class|const|let)\b/m.test(
    read(file).replace(/^export abstract /gm, 'export '),
  );
}

function testOf(file) {
  if (file.startsWith('src/widgets/browser/')) return 'test/program/lab.test.ts'; // they run in a page
  return TESTED_THROUGH[file] ?? file.replace(/^src\//, 'test/').replace(/\.ts$/, '.test.ts');
}

function checkLength() {
  return [...sources, ...tests, ...filesBelow('scripts', '.mjs')]
    .map((file) => [file, read(file).split('\n').length - 1])
    .filter(([, lines]) => lines > 300)
    .map(([file, lines]) => `${file} has ${lines} lines`);
}

function checkLinks() {
  const pages = trackedFiles().filter((file) => file.endsWith('.md'));
  return checkMarkdown(ROOT, pages).dead.map((link) => `dead link: ${link}`);
}

function checkNotebooks() {
  const notebooks = trackedFiles().filter((file) => file.endsWith('.ipynb'));
  return outputOf(process.execPath, ['scripts/cleanNotebooks.mjs', '--check', ...notebooks]);
}

function checkAddresses() {
  const machinePath = new RegExp(
    `(^|[^A-Za-z0-9_.])/(${['work', 'farm', 'root', 'home'].join('|')})/[A-Za-z.]`,
  );
  const found = [];
  for (const file of trackedFiles().filter((name) =>
    /\.(ts|mjs|json|md|ini|py|txt|ipynb|toml)$|^\.npmrc$/.test(name),
  )) {
    const text = read(file);
    if (
      /"resolved": *"https?:|--(extra-)?index-url|--find-links/.test(file === 'scripts/check.mjs' ? '' : text)
    )
      found.push(`${file} holds a download address`);
    if (machinePath.test(text)) found.push(`${file} holds a path of one machine`);
  }
  return found;
}

function checkSizes() {
  return trackedFiles()
    .filter((file) => readFileSync(join(ROOT, file)).length > 2_000_000)
    .map((file) => `${file} has more than 2 MB`);
}

function trackedFiles() {
  const listed = spawnSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).stdout;
  return listed.split('\n').filter((file) => file !== '' && existsSync(join(ROOT, file)));
}

function filesBelow(folder, extension) {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => relative(ROOT, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

function outputOf(command, args) {
  const run = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1e8 });
  if (run.status === 0) return [];
  return `${run.stdout}${run.stderr}`.trim().split('\n').slice(0, 60);
}

function read(file) {
  return readFileSync(join(ROOT, file), 'utf8');
}
