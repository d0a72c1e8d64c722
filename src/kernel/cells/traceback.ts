import { textOf } from '../outputs/valueText.js';
import type { Diagnostic } from '../typescript/cellDiagnostics.js';
import { isInside, type Locate, locateBy } from './stackPlaces.js';

/** Jupyter's form of an error, in the reply and in the cell's output. */
export interface CellError {
  readonly ename: string;
  readonly evalue: string;
  /** Lines, with ANSI colours. */
  readonly traceback: readonly string[];
}

/** The code of a cell by the label of its run, where it is known. */
export type CodeOfCell = (label: string) => string | undefined;

/** The name under which cell 3's script runs: its stack frames read `at inner (cell[3]:2:9)`. */
export function scriptName(label: string): string {
  return `cell[${label}]`;
}
const FRAME = /cell\[([\d.]+)\]:(\d+):(\d+)/g;

/** Joins the maps of both lowering steps: script -> ES module -> cell. */
export function placesOfCell(
  maps: { script: string; module: string },
  lineOffset: number,
  backAt: (line: number, column: number) => number = () => 0,
): Locate {
  const [toModule, toCell] = [locateBy(maps.script), locateBy(maps.module)];
  return (line, column) => {
    const inModule = toModule(line, column);
    const inCell = inModule && toCell(inModule.line, inModule.column);
    if (inCell === undefined) return undefined;
    const inCode = inCell.line - lineOffset;
    return { line: inCode, column: inCell.column - backAt(inCode, inCell.column) };
  };
}

/**
 * A thrown value as Jupyter shows it: the place in the cell, then the frames of cells and of the project. Never throws,
 * whatever was thrown: a proxy or a getter may throw when it is looked at.
 */
export function errorOf(thrown: unknown, codeOf: CodeOfCell): CellError {
  try {
    if (isError(thrown)) return describe(thrown, codeOf);
    return thrownValue(typeof thrown === 'string' ? shortMessage(thrown) : textOf(thrown));
  } catch {
    return thrownValue(`a value that cannot be shown (${typeof thrown})`);
  }
}

const LONGEST_MESSAGE = 10_000;

/** What an error says may hold all that its program had before it. */
function shortMessage(text: string): string {
  if (text.length <= LONGEST_MESSAGE) return text;
  return `${text.slice(0, LONGEST_MESSAGE)}... ${text.length - LONGEST_MESSAGE} more characters`;
}

function thrownValue(evalue: string): CellError {
  return { ename: 'Thrown', evalue, traceback: [`${red('Thrown')}: ${evalue}`] };
}

function describe(thrown: Error, codeOf: CodeOfCell): CellError {
  const { ename, evalue } = wordsOf(thrown);
  const shown = framesOf(thrown).filter((frame) => !isKernelsOwn(frame));
  const cause = thrown.cause === undefined ? [] : causeLines('caused by', thrown.cause, codeOf);
  const parts = thrown instanceof AggregateError ? thrown.errors.slice(0, 10) : [];
  const several = parts.flatMap((part: unknown, index) => causeLines(`error ${index + 1}:`, part, codeOf));
  return {
    ename,
    evalue,
    traceback: [
      `${red(ename)}: ${evalue}`,
      ...excerptOf(shown, codeOf),
      ...shown.map(gray),
      ...cause,
      ...several,
    ],
  };
}

function wordsOf(error: Error): { ename: string; evalue: string } {
  return { ename: String(error.name || 'Error'), evalue: shortMessage(String(error.message)) };
}

/** What the type checker says of a cell, each with its line and a mark below. */
export function diagnosticsError(all: readonly Diagnostic[], code: string): CellError {
  const lines = code.split('\n');
  // tslab puts a line of its own below the cell: what is said of it repeats what is said of the cell.
  const ofCell = all.filter(({ file, line }) => file !== undefined || line <= lines.length);
  const diagnostics = ofCell.length === 0 ? all : ofCell;
  const said = diagnostics.map(({ file, line, column, message, code: number, cure }) => ({
    place: `${file === undefined ? '' : `${file} `}${line}:${column}`,
    message: `${message} (TS${number})${cure === undefined ? (HINTS[number] ?? '') : `; ${cure}`}`,
  }));
  const advice = adviceOn(lines);
  const traceback = diagnostics.flatMap(({ file, line, column, length }, index) => {
    const text = file === undefined ? lines[line - 1] : undefined;
    const { place, message } = said[index]!;
    const mark =
      text === undefined ? [] : [text, red(`${' '.repeat(column - 1)}${underline(text, column, length)}`)];
    return [`${red('TypeScriptError')} ${place} - ${message}`, ...mark];
  });
  return {
    ename: 'TypeScriptError',
    evalue: [...said.map(({ place, message }) => `${place} - ${message}`), ...advice].join('\n'),
    traceback: [...traceback, ...advice],
  };
}

const OLD_DECORATOR =
  '; decorators are those of the language, functions of (value, context): the older ones of TypeScript (experimentalDecorators) do not go with them';
const HINTS: Readonly<Record<number, string>> = {
  1238: OLD_DECORATOR,
  1240: OLD_DECORATOR,
  1241: OLD_DECORATOR,
  2323: '; in a cell every declaration is visible to later cells: leave out `export`',
  6059: '; import the compiled package voxlab instead of a source file above the project',
};

/** What cells cannot hold, and what to write instead. The type checker's words on these do not help. */
const ADVICE: readonly (readonly [line: RegExp, advice: string])[] = [
  [
    /(^|[=(?:,]|return|=>)\s*<[A-Za-z][\w.]*(\s[^<>]*)?(\/>|>.*<\/)/,
    'Cells are .ts, which holds no JSX: put it into a module with the ending .tsx beside the notebook, and import that.',
  ],
  [/^\s*%/, 'Cells have no magics (%): console.time() measures, process.env holds the environment.'],
  [
    /^\s*![a-z./]/,
    "Cells have no shell lines (!): import { execSync } from 'node:child_process'; execSync('ls', { stdio: 'inherit' })",
  ],
];

function adviceOn(lines: readonly string[]): string[] {
  return ADVICE.filter(([line]) => lines.some((text) => line.test(text))).map(([, advice]) => advice);
}

function underline(text: string, column: number, length: number): string {
  return '~'.repeat(Math.max(1, Math.min(length, text.length - column + 1)));
}

/** Also of another realm. */
function isError(thrown: unknown): thrown is Error {
  return (
    thrown instanceof Error ||
    (typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'stack' in thrown)
  );
}

function framesOf(error: Error): string[] {
  return String(error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
}

/** The label of the cell whose code threw: that of the innermost frame in one. Never throws, as errorOf. */
export function throwerIn(thrown: unknown): string | undefined {
  try {
    if (!isError(thrown)) return undefined;
    return [...framesOf(thrown).join('\n').matchAll(FRAME)][0]?.[1];
  } catch {
    return undefined;
  }
}

function isKernelsOwn(frame: string): boolean {
  return isInside(frame) || /\/dist\/src\/kernel\/(\w+\/)?\w+\.js/.test(frame);
}

/** The lines of the cell around the innermost frame that lies in one, below words that lead VS Code to the place. */
function excerptOf(frames: readonly string[], codeOf: CodeOfCell): string[] {
  const [, cell, line] = [...frames.join('\n').matchAll(FRAME)][0] ?? [];
  const code = codeOf(String(cell));
  if (code === undefined) return [];
  const at = Number(line);
  const lines = code.split('\n').map((text, index) => ({ text, number: index + 1 }));
  const near = lines.filter(({ number }) => Math.abs(number - at) <= 2);
  const width = String(at + 2).length;
  const excerpt = near.map(({ text, number }) => {
    const label = `${number === at ? '-->' : '   '} ${String(number).padStart(width)}  ${text}`;
    return number === at ? red(label) : label;
  });
  // As IPython has it. Code without a prompt of its own is nowhere to be led to.
  return /^\d+$/.test(String(cell)) ? [`Cell In[${cell}], line ${at}`, ...excerpt] : excerpt;
}

/** Another error, below the first: with its frames in cells and modules of the user's own, and its own causes. */
function causeLines(said: string, cause: unknown, codeOf: CodeOfCell, depth = 0): string[] {
  if (!isError(cause)) {
    const { ename, evalue } = errorOf(cause, codeOf);
    return [`${said} ${ename}: ${evalue}`];
  }
  const { ename, evalue } = wordsOf(cause);
  const frames = framesOf(cause).filter((frame) => /cell\[[\d.]+\]:\d/.test(frame) || OWN_SOURCE.test(frame));
  const deeper =
    cause.cause !== undefined && depth < DEEPEST_CAUSE
      ? causeLines('caused by', cause.cause, codeOf, depth + 1)
      : [];
  return [`${said} ${ename}: ${evalue}`, ...frames.map(gray), ...deeper];
}

const DEEPEST_CAUSE = 10;
const OWN_SOURCE = /\.[mc]?tsx?:\d+:\d+\)?$/;

function red(text: string): string {
  return `\x1b[31m${text}\x1b[39m`;
}

function gray(text: string): string {
  return `\x1b[90m${text}\x1b[39m`;
}
