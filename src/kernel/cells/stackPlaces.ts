import { SourceMap } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Line and column from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Place in the source of a place in what was made of it. */
export type Locate = (line: number, column: number) => Place | undefined;

/** Where the code that runs was written: cells (`cell[3]`) and modules of the user's own (their path). */
export interface StackPlaces {
  add(file: string, locate: Locate): void;
  remove(file: string): void;
  /** A frame of a stack with its places in the sources; undefined where it has none in them. */
  inSources(frame: string): string | undefined;
}

/** `cell[3]:2:9`, `/my notebooks/own.ts:2:9`. */
const PLACE = /(cell\[[\d.]+\]|\/[^():]+):(\d+):(\d+)/g;

export function createStackPlaces(): StackPlaces {
  const files = new Map<string, Locate>();
  return {
    add: (file, locate) => void files.set(file, locate),
    remove: (file) => void files.delete(file),
    inSources(frame) {
      let isKnown = false;
      const mapped = frame.replace(PLACE, (found, file: string, line: string, column: string) => {
        const locate = files.get(file);
        if (locate === undefined) return found;
        isKnown = true;
        const place = locate(Number(line), Number(column));
        return place === undefined ? found : `${file}:${place.line}:${place.column}`;
      });
      return isKnown ? mapped : undefined;
    },
  };
}

/** A source map that a step of lowering made, as places; read when the first is asked for. */
export function locateBy(sourceMap: string): Locate {
  let map: SourceMap | undefined;
  return (line, column) => {
    map ??= new SourceMap(JSON.parse(sourceMap));
    const entry = map.findEntry(line - 1, column - 1);
    return 'originalLine' in entry
      ? { line: entry.originalLine + 1, column: entry.originalColumn + 1 }
      : undefined;
  };
}

/**
 * A call of an imported name is lowered to `(0, module.name)(…)`, which V8 places at the bracket: the place of the name,
 * where it is for all other calls.
 */
export function atName(locate: Locate, text: string): Locate {
  let lines: readonly string[] | undefined;
  return (line, column) => {
    const place = locate(line, column);
    if (place === undefined) return undefined;
    lines ??= text.split('\n');
    const source = lines[place.line - 1] ?? '';
    if (source[place.column - 1] !== '(') return place;
    const [name] = /[\w$]*$/.exec(source.slice(0, place.column - 1))!;
    return { line: place.line, column: place.column - name.length };
  };
}

/** Frames that V8 collects: what the kernel and Node add to a cell's own must not push those out. */
const FRAMES = 40;

/**
 * From now on every stack (thrown, logged, shown, `error.stack`) has the places of the sources, and where it leads through code
 * of a user's, no frames of the kernel and of Node's inside.
 */
export function mapStacks(places: StackPlaces, target: ErrorConstructor = Error): void {
  target.stackTraceLimit = FRAMES;
  target.prepareStackTrace = (error, frames) => {
    const lines = frames.map(String);
    const mapped = lines.map((line) => places.inSources(line));
    const isOfUser = mapped.some((line) => line !== undefined);
    const shown = lines.flatMap((line, at) => {
      const inSources = mapped[at];
      if (inSources !== undefined) return [inSources];
      return isOfUser && isInside(line) ? [] : [line];
    });
    return [headOf(error), ...shown.map((line) => `    at ${line}`)].join('\n');
  };
}

function headOf(error: unknown): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error'; // a getter of it throws
  }
}

/** This file lies in a room of it; in a package, in the one folder of joined files. */
const KERNEL_FOLDER = dirname(fileURLToPath(import.meta.url)).replace(/\/cells$/, '');

/** Of the kernel (in a package: of the files it is joined with) or of Node's own loader, timers and the like. */
export function isInside(frame: string): boolean {
  return frame.includes(`${KERNEL_FOLDER}/`) || /\(?node:(vm|internal|async_hooks)\b/.test(frame);
}
