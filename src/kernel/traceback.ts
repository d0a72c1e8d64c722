import { SourceMap, type SourceMapPayload } from 'node:module';
import type { Diagnostic } from './tslab.js';
import { textOf } from './valueText.js';

/** Jupyter's form of an error, in the reply and in the cell's output. */
export interface CellError {
  readonly ename: string;
  readonly evalue: string;
  /** Lines, with ANSI colours. */
  readonly traceback: readonly string[];
}

/** Where a cell's code lies, so that a stack of the lowered script can point into the cell. Lines and columns from 1. */
export interface CellSource {
  readonly code: string;
  /** Position in the cell of a position in the script. */
  locate(line: number, column: number): { line: number; column: number } | undefined;
}

/** The name under which cell 3's script runs: its stack frames read `at inner (cell[3]:2:9)`. */
export function scriptName(label: string): string {
  return `cell[${label}]`;
}
const FRAME = /cell\[([\d.]+)\]:(\d+):(\d+)/g;

/** Joins the maps of both lowering steps: script -> ES module -> cell. */
export function cellSource(
  code: string,
  maps: { script: string; module: string },
  lineOffset: number,
): CellSource {
  const toModule = new SourceMap(JSON.parse(maps.script) as SourceMapPayload);
  const toCell = new SourceMap(JSON.parse(maps.module) as SourceMapPayload);
  return {
    code,
    locate(line, column) {
      const inModule = toModule.findEntry(line - 1, column - 1);
      if (!('originalLine' in inModule)) return undefined;
      const inCell = toCell.findEntry(inModule.originalLine, inModule.originalColumn);
      if (!('originalLine' in inCell)) return undefined;
      return { line: inCell.originalLine + 1 - lineOffset, column: inCell.originalColumn + 1 };
    },
  };
}

/**
 * A thrown value as Jupyter shows it: the place in the cell, then the frames of cells and of the project. Never throws,
 * whatever was thrown: a proxy or a getter may throw when it is looked at.
 */
export function errorOf(thrown: unknown, sources: ReadonlyMap<string, CellSource>): CellError {
  try {
    if (thrown instanceof Error || isErrorLike(thrown)) return describe(thrown, sources);
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

function describe(thrown: Error, sources: ReadonlyMap<string, CellSource>): CellError {
  const ename = String(thrown.name || 'Error');
  const evalue = shortMessage(String(thrown.message));
  const frames = framesOf(thrown).map((frame) => inCells(frame, sources));
  const shown = frames.filter((frame) => !isKernelsOwn(frame));
  const cause = thrown.cause === undefined ? [] : causeLines('caused by', thrown.cause, sources);
  const parts = thrown instanceof AggregateError ? thrown.errors.slice(0, 10) : [];
  const several = parts.flatMap((part: unknown, index) => causeLines(`error ${index + 1}:`, part, sources));
  return {
    ename,
    evalue,
    traceback: [
      `${red(ename)}: ${evalue}`,
      ...excerptOf(shown, sources),
      ...shown.map(gray),
      ...cause,
      ...several,
    ],
  };
}

/** What the type checker says of a cell, each with its line and a mark below. */
export function diagnosticsError(all: readonly Diagnostic[], code: string): CellError {
  const lines = code.split('\n');
  // tslab puts a line of its own below the cell: what is said of it repeats what is said of the cell.
  const ofCell = all.filter(({ file, line }) => file !== undefined || line <= lines.length);
  const diagnostics = ofCell.length === 0 ? all : ofCell;
  const said = diagnostics.map(({ file, line, column, message, code: number }) => ({
    place: `${file === undefined ? '' : `${file} `}${line}:${column}`,
    message: `${message} (TS${number})${HINTS[number] ?? ''}`,
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

const HINTS: Readonly<Record<number, string>> = {
  2323: '; in a cell every declaration is visible to later cells: leave out `export`',
  2307: '; a package: install it in the project (npm install); a file: its path counts from the folder of the notebook, and a source of the project must be compiled (npm run build)',
  6059: '; import the compiled package voxlab instead of a source file above the project',
};

/** What cells cannot hold, and what to write instead. The type checker's words on these do not help. */
const ADVICE: readonly (readonly [line: RegExp, advice: string])[] = [
  [/^\s*%/, 'Cells have no magics (%): console.time() measures, process.env holds the environment.'],
  [
    /^\s*![a-z./]/,
    "Cells have no shell lines (!): import { execSync } from 'node:child_process'; execSync('ls', { stdio: 'inherit' })",
  ],
  [
    /^\s*(import|export)\b.*\b(with|assert)\s*\{/,
    'Import attributes came with TypeScript 5.3, cells are TypeScript 5.0: leave them out, JSON is imported without.',
  ],
  [
    /\busing\s+\w+\s*=/,
    '`using` came with TypeScript 5.2, cells are TypeScript 5.0: write try { ... } finally { ... }.',
  ],
];

function adviceOn(lines: readonly string[]): string[] {
  return ADVICE.filter(([line]) => lines.some((text) => line.test(text))).map(([, advice]) => advice);
}

function underline(text: string, column: number, length: number): string {
  return '~'.repeat(Math.max(1, Math.min(length, text.length - column + 1)));
}

function isErrorLike(thrown: unknown): thrown is Error {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'stack' in thrown;
}

function framesOf(error: Error): string[] {
  return String(error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
}

function inCells(frame: string, sources: ReadonlyMap<string, CellSource>): string {
  return frame.replace(FRAME, (found, cell: string, line: string, column: string) => {
    const place = sources.get(cell)?.locate(Number(line), Number(column));
    return place === undefined ? found : `cell[${cell}]:${place.line}:${place.column}`;
  });
}

/** The label of the cell whose code threw: that of the innermost frame in one. Never throws, as errorOf. */
export function throwerIn(thrown: unknown): string | undefined {
  try {
    if (!(thrown instanceof Error) && !isErrorLike(thrown)) return undefined;
    return [...framesOf(thrown).join('\n').matchAll(FRAME)][0]?.[1];
  } catch {
    return undefined;
  }
}

function isKernelsOwn(frame: string): boolean {
  return /node:(vm|internal|async_hooks)|\/src\/kernel\/(cells|cellAwaits|cellContext|comms|executeQueue|kernel|mimeBundle|modules)\.js/.test(
    frame,
  );
}

/** The lines of the cell around the innermost frame that lies in one. */
function excerptOf(frames: readonly string[], sources: ReadonlyMap<string, CellSource>): string[] {
  const [, cell, line] = [...frames.join('\n').matchAll(FRAME)][0] ?? [];
  const source = sources.get(String(cell));
  if (source === undefined) return [];
  const at = Number(line);
  const lines = source.code.split('\n').map((text, index) => ({ text, number: index + 1 }));
  const near = lines.filter(({ number }) => Math.abs(number - at) <= 2);
  const width = String(at + 2).length;
  return near.map(({ text, number }) => {
    const label = `${number === at ? '-->' : '   '} ${String(number).padStart(width)}  ${text}`;
    return number === at ? red(label) : label;
  });
}

function causeLines(said: string, cause: unknown, sources: ReadonlyMap<string, CellSource>): string[] {
  const { ename, evalue } = errorOf(cause, sources);
  return [`${said} ${ename}: ${evalue}`];
}

function red(text: string): string {
  return `\x1b[31m${text}\x1b[39m`;
}

function gray(text: string): string {
  return `\x1b[90m${text}\x1b[39m`;
}
