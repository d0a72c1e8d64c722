// The public names as they are declared, in one text: docs/reference/public-api.txt. What changes in it changes for users.
//   node scripts/publicApi.mjs            says what differs, and what that means by semver (npm run check does)
//   node scripts/publicApi.mjs --write    renews it (npm run api), after `npm run build`
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readDeclarations } from './declarations.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const SNAPSHOT = join(ROOT, 'docs', 'reference', 'public-api.txt');
const RENEW = 'npm run build && npm run api';

const HEAD = [
  "# voxlab's public names as they are declared, and the types that they lead to. See docs/versions.md.",
  `# Written by: ${RENEW}`,
];
const EXPORTED = '# Exported names';
const REACHED = '# Types without a public name of their own';
/** As a name says since when it is deprecated, and what to use. */
const DEPRECATED = /^since (\d+\.\d+\.\d+): \S/;

/** The snapshot of what readDeclarations() read. */
export function snapshotOf({ exported, reached }) {
  const block = ({ door = 'voxlab', name, text, deprecated }) =>
    [
      door === 'voxlab' ? `## ${name}` : `## ${door}: ${name}`,
      ...(deprecated === undefined ? [] : [`@deprecated ${deprecated}`]),
      text === '' ? 'as above' : text,
      '',
    ].join('\n');
  return [...HEAD, '', EXPORTED, '', ...exported.map(block), REACHED, '', ...reached.map(block)].join('\n');
}

/** Blocks of a snapshot by name; types of one name stand in one block. */
export function blocksOf(snapshot) {
  const blocks = { exported: new Map(), reached: new Map() };
  let [part, name] = [blocks.exported, undefined];
  for (const line of snapshot.split('\n')) {
    if (line === EXPORTED || line === REACHED) part = line === REACHED ? blocks.reached : blocks.exported;
    if (line.startsWith('## ')) {
      name = line.slice(3);
      part.set(name, part.has(name) ? `${part.get(name)}\n` : '');
    } else if (name !== undefined && line !== '' && !line.startsWith('# '))
      part.set(name, part.get(name) + (part.get(name) === '' ? '' : '\n') + line);
  }
  return blocks;
}

/**
 * What a user of `before` meets in `after`, two snapshots: `{ added, changed, removed, refused }`, each a list of lines.
 * Refused: a name that goes without having been deprecated for a version, and a deprecation that does not say since when.
 */
export function compareApi(before, after, version) {
  const [old, now] = [blocksOf(before), blocksOf(after)];
  const result = { added: [], changed: [], removed: [], refused: [] };
  for (const [name, block] of now.exported) {
    const said = deprecationOf(block);
    if (!old.exported.has(name)) result.added.push(name);
    else if (withoutDeprecation(old.exported.get(name)) !== withoutDeprecation(block))
      result.changed.push(name);
    else if (said !== deprecationOf(old.exported.get(name))) result.added.push(`${name} (deprecation)`);
    if (said !== undefined && !DEPRECATED.test(said))
      result.refused.push(
        `${name}: write '@deprecated since ${version}: what to use instead', received '${said}'`,
      );
  }
  for (const [name, block] of old.exported) {
    if (now.exported.has(name)) continue;
    result.removed.push(name);
    const since = DEPRECATED.exec(deprecationOf(block) ?? '')?.[1];
    if (since === undefined)
      result.refused.push(
        `${name} is gone and was not deprecated: keep it for a version with '@deprecated since ${version}: what to use instead'; of a name that no version ever had, delete the block in docs/reference/public-api.txt by hand`,
      );
    else if (!isLater(version, since))
      result.refused.push(`${name} is gone, and is deprecated since ${since}, this version: it stays for it`);
  }
  for (const [name, block] of now.reached)
    if (old.reached.has(name) && old.reached.get(name) !== block) result.changed.push(`${name} (a type)`);
  // A type that is reached no more, or anew, shows in the declaration that leads to it.
  const types = [...now.reached.keys()].filter((name) => !old.reached.has(name));
  result.unseen = [...types, ...[...old.reached.keys()].filter((name) => !now.reached.has(name))];
  return result;
}

/** A difference in words, a line each; none where there is none. */
export function sayDifference({ added, changed, removed, refused, unseen }) {
  if ([added, changed, removed, refused, unseen].every((list) => list.length === 0)) return [];
  const list = (what, names, meaning) =>
    names.length === 0 ? [] : [`${what}: ${names.join(', ')} -> ${meaning}`];
  return [
    ...list('removed', removed, 'a major version (0.x: minor)'),
    ...list('changed', changed, 'a major version (0.x: minor), unless all that was right stays right: minor'),
    ...list('added', added, 'a minor version'),
    ...list('other types on the way', unseen, 'as the names that lead to them'),
    ...refused.map((line) => `refused: ${line}`),
    refused.length > 0
      ? `mend that, then: ${RENEW}`
      : `if that is meant: ${RENEW}, commit docs/reference/public-api.txt, and say it in CHANGELOG.md (docs/versions.md)`,
  ];
}

function deprecationOf(block) {
  return /^@deprecated (.*)$/m.exec(block)?.[1];
}

function withoutDeprecation(block) {
  return block.replace(/^@deprecated .*\n/m, '');
}

/** Whether a version is at least a minor one after another. */
function isLater(version, than) {
  const [[major, minor], [oldMajor, oldMinor]] = [version, than].map((each) => each.split('.').map(Number));
  return major > oldMajor || (major === oldMajor && minor > oldMinor);
}

/** Lines on how the declarations in a folder differ from the committed snapshot. */
function checkPublicApi(folder) {
  const before = readFileSync(SNAPSHOT, 'utf8');
  return sayDifference(compareApi(before, snapshotOf(readDeclarations(folder)), versionOfPackage()));
}

/** The same lines for the sources as they are, which may be newer than dist/. */
export function checkSources() {
  const folder = mkdtempSync(join(tmpdir(), 'voxlab-declarations-'));
  const options = ['--declaration', '--emitDeclarationOnly', '--incremental', 'false', '--outDir', folder];
  try {
    const tsc = spawnSync(
      process.execPath,
      [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), ...options],
      { cwd: ROOT, encoding: 'utf8' },
    );
    return tsc.status === 0 ? checkPublicApi(join(folder, 'src')) : tsc.stdout.trim().split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function versionOfPackage() {
  return JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version;
}

function renew(folder) {
  const after = snapshotOf(readDeclarations(folder));
  const { refused } = compareApi(readFileSync(SNAPSHOT, 'utf8'), after, versionOfPackage());
  if (refused.length === 0) writeFileSync(SNAPSHOT, after);
  return refused;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(ROOT, 'dist', 'src');
  const lines = process.argv.includes('--write') ? renew(folder) : checkPublicApi(folder);
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exitCode = lines.length === 0 ? 0 : 1;
}
