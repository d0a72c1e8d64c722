// Draws images/architecture.svg, the rooms of src/ and which uses which, from the imports:
//   node scripts/drawArchitecture.mjs
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importedFiles, readImports, roomsOf } from './structure.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const PICTURE = 'images/architecture.svg';
const PAGE = 'docs/architecture.md';

const [BOX_HEIGHT, ROW_HEIGHT, GAP, MARGIN] = [34, 78, 26, 24];
/** Place that an arrow takes in a row that it passes. */
const PASS_WIDTH = 10;
const SWEEPS = 24;

/** Findings for check.mjs: the picture shows other rooms or arrows than there are, or the page tells of other rooms. */
export function checkArchitecture(files, read) {
  const arrows = arrowsOf(files, read);
  const picture =
    architectureSvg(arrows) === read(PICTURE)
      ? []
      : [`${PICTURE} is not of these imports: node scripts/drawArchitecture.mjs`];
  const rooms = [...arrows.keys()].map(nameOf);
  const told = [...read(PAGE).matchAll(/^- \*\*`([^`]+)\/`\*\*/gm)].map((match) => match[1]);
  return [
    ...picture,
    ...rooms.filter((room) => !told.includes(room)).map((room) => `${PAGE} has no paragraph of ${room}/`),
    ...told
      .filter((room) => !rooms.includes(room))
      .map((room) => `${PAGE} tells of ${room}/, which is not there`),
  ];
}

/** Room -> the rooms that it uses, without those that it also reaches through another one. */
export function arrowsOf(files, read) {
  const rooms = roomsOf(new Map(files.map((file) => [file, importedFiles(file, readImports(read(file)))])));
  const reached = (room, seen = new Set()) => {
    for (const next of rooms.get(room) ?? [])
      if (!seen.has(next)) {
        seen.add(next);
        reached(next, seen);
      }
    return seen;
  };
  return new Map(
    [...rooms].sort().map(([room, uses]) => {
      const direct = [...uses].sort();
      return [room, direct.filter((to) => !direct.some((via) => via !== to && reached(via).has(to)))];
    }),
  );
}

/** What a room uses stands above it. Arrows over several rows pass between the boxes of those (Sugiyama's layers). */
export function architectureSvg(arrows) {
  const rows = orderedRows(arrows);
  const width = Math.max(...rows.map(widthOf)) + 2 * MARGIN;
  const height = rows.length * ROW_HEIGHT - (ROW_HEIGHT - BOX_HEIGHT) + 2 * MARGIN;
  for (const [index, row] of rows.entries()) {
    let x = (width - widthOf(row)) / 2;
    for (const cell of row) {
      Object.assign(cell, { x: x + cell.width / 2, y: MARGIN + index * ROW_HEIGHT });
      x += cell.width + GAP;
    }
  }
  const cells = rows.flat();
  const lines = cells.flatMap((cell) => cell.above.map((to) => lineBetween(cell, to)));
  const boxes = cells.filter(({ room }) => room !== undefined).map(boxOf);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.round(width)} ${height}" width="${Math.round(width)}" height="${height}" font-family="system-ui, sans-serif" font-size="13">
<title>The rooms of src/: each uses those that its lines lead up to</title>
<style>
  .paper { fill: #ffffff } .box { fill: #eef4f9; stroke: #0072b2 } .alone { fill: #e3f3ec; stroke: #007a5a } text { fill: #1b1b1b; text-anchor: middle } path { fill: none; stroke: #6d6d6d; stroke-width: 1.2 }
  @media (prefers-color-scheme: dark) { .paper { fill: #15181c } .box { fill: #1d2a36; stroke: #56b4e9 } .alone { fill: #17302a; stroke: #4cc9a0 } text { fill: #ececec } path { stroke: #9a9a9a } }
</style>
<rect class="paper" width="100%" height="100%"/>
${lines.join('\n')}
${boxes.join('\n')}
</svg>
`;
}

/** Packages of their own have doors: voxlab/hdf5, voxlab/tensorflow, voxlab/kernel. */
function isAlone(room) {
  return /^src\/(store\/hdf5|tensorflow|kernel)(\/|$)/.test(room);
}

function boxOf({ room, x, y, width }) {
  const left = Math.round(x - width / 2);
  return `<rect class="${isAlone(room) ? 'alone' : 'box'}" x="${left}" y="${y}" width="${width}" height="${BOX_HEIGHT}" rx="5"/><text x="${Math.round(x)}" y="${y + 22}">${nameOf(room)}</text>`;
}

/** From the top of a cell to the foot of the one above it; through a passed row it goes on straight. */
function lineBetween(from, to) {
  const [x1, x2] = [Math.round(from.x), Math.round(to.x)];
  const [y1, y2] = [from.y, to.y + BOX_HEIGHT];
  const middle = Math.round((y1 + y2) / 2);
  const foot = to.room === undefined ? to.y : y2;
  return `<path d="M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}V${foot}"/>`;
}

function nameOf(room) {
  return room.replace(/^src\//, '');
}

function widthOf(row) {
  return row.reduce((sum, { width }) => sum + width, GAP * (row.length - 1));
}

/** Cells a row, from what uses nothing on: rooms, and places where arrows pass. */
function orderedRows(arrows) {
  const depths = new Map();
  const depthOf = (room) => {
    if (!depths.has(room)) depths.set(room, 1 + Math.max(-1, ...(arrows.get(room) ?? []).map(depthOf)));
    return depths.get(room);
  };
  const rows = [];
  const put = (depth, cell) => {
    rows[depth] = [...(rows[depth] ?? []), cell];
    return cell;
  };
  const cells = new Map();
  for (const room of arrows.keys())
    cells.set(
      room,
      put(depthOf(room), { room, width: 24 + 7.4 * nameOf(room).length, above: [], below: [] }),
    );
  for (const [room, uses] of arrows)
    for (const used of uses) {
      let from = cells.get(room);
      for (let depth = depthOf(room) - 1; depth > depthOf(used); depth--)
        from = joined(from, put(depth, { width: PASS_WIDTH, above: [], below: [] }));
      joined(from, cells.get(used));
    }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isDown = sweep % 2 === 0;
    for (const row of isDown ? rows.slice(1) : rows.slice(0, -1).reverse())
      sortByNeighbours(row, rows, isDown ? 'above' : 'below');
  }
  return rows;
}

function joined(from, to) {
  from.above.push(to);
  to.below.push(from);
  return to;
}

/** Barycentres: a cell stands under the mean of what it leads to. */
function sortByNeighbours(row, rows, side) {
  const placeOf = new Map();
  for (const each of rows)
    for (const [index, cell] of each.entries()) placeOf.set(cell, (index + 0.5) / each.length);
  const centre = (cell) =>
    cell[side].length === 0
      ? placeOf.get(cell)
      : cell[side].reduce((sum, each) => sum + placeOf.get(each), 0) / cell[side].length;
  const centres = new Map(row.map((cell) => [cell, centre(cell)]));
  row.sort((a, b) => centres.get(a) - centres.get(b));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `src/${name}`)
    .sort();
  const read = (file) => readFileSync(join(ROOT, file), 'utf8');
  writeFileSync(join(ROOT, PICTURE), architectureSvg(arrowsOf(files, read)));
}
