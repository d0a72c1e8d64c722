import { pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { LINE_OFFSET } from '../typescript/cellDiagnostics.js';
import type { CellCompiler, CheckedCell } from '../typescript/tslab.js';
import { iterating, resumed, waiting } from './cellAwaits.js';
import { type CellRun, runInCell, thrownIn } from './cellContext.js';
import { createCellMemory } from './cellMemory.js';
import { CELL_OBJECT } from './cellObject.js';
import { createDeclarations, type Given } from './declarations.js';
import { loopWord, stopLoop } from './loopStop.js';
import { type LoweredCell, lowerCell } from './lowering.js';
import type { CellModules } from './modules.js';
import { createRunningCode } from './runningCode.js';
import { atName, type StackPlaces } from './stackPlaces.js';
import {
  type CellError,
  type CodeOfCell,
  diagnosticsError,
  errorOf,
  placesOfCell,
  scriptName,
  throwerIn,
} from './traceback.js';
import { createUsingScope, runInScope, type UsingScope } from './usingScope.js';

/** How a cell ended. `value` is that of its last expression; undefined where there is none. */
export type CellOutcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: CellError };

/** Runs cells one after the other in one common scope. */
export interface Cells {
  run(code: string, run: CellRun): Promise<CellOutcome>;
  /** Runs other code of the cell, such as a value's way to show itself, so that an interrupt ends it, too. */
  during<T>(run: CellRun, work: () => T | Promise<T>): Promise<T>;
  /** Ends the running cell with KeyboardInterrupt. A cell that took the interrupt's signal gets `graceMs` to end. */
  interrupt(): void;
  /** TypeScript's declarations of all cells so far. */
  readonly declarations: () => string;
  errorOf(thrown: unknown): CellError;
  /** The cell out of whose code an error came, also long after it has ended; where that is known. */
  cellOf(thrown: unknown): CellRun | undefined;
}

/** A name that a cell declares: how to read it, and how a later cell's assignment reaches it. */
type Accessors = readonly [get: () => unknown, set?: (value: unknown) => void];

/** What the lowered script of a cell sees as CELL_OBJECT. */
interface CellObject {
  declare(names: Readonly<Record<string, Accessors>>): void;
  import(name: string): Promise<unknown>;
  /** What `import.meta` is. */
  readonly meta: CellModules['place'] & { readonly url: string };
  result: unknown;
  readonly waiting: typeof waiting;
  readonly resumed: typeof resumed;
  readonly iterating: typeof iterating;
  /** See loopStop.ts. */
  readonly stop: Int32Array;
  readonly stopLoop: typeof stopLoop;
  /** Of a block with `using`, see usingLowering.ts; of the cell itself. */
  readonly scope: typeof createUsingScope;
  readonly top: UsingScope;
}

/** Returns the cell's code as a function. */
type CellFunction = (
  exports: object,
  require: CellModules['require'],
  cell: CellObject,
  dirname: string,
  filename: string,
) => () => Promise<void> | undefined;

const CELL_PARAMETERS = ['exports', 'require', CELL_OBJECT, '__dirname', '__filename'];

/** Told before and after the compiler works, which must not be terminated. */
export type WhileCompiling = <T>(work: () => T) => T;

export function createCells(
  compiler: CellCompiler,
  modules: CellModules,
  places: StackPlaces,
  whileCompiling: WhileCompiling,
  graceMs = 5000,
): Cells {
  const { place } = modules;
  /** The names of all cells: code of later cells reads `exports.name`. */
  const scope = Object.defineProperty({}, '__esModule', { value: true });
  const memory = createCellMemory(places);
  const codeOf: CodeOfCell = (label) => memory.get(label)?.code;
  const declarations = createDeclarations(compiler.ts);
  const running = createRunningCode(graceMs);

  const compile = (
    code: string,
    run: CellRun,
  ): { checked: CheckedCell; given: Given; lowered?: LoweredCell } =>
    whileCompiling(() => {
      const given = declarations.usedBy(code);
      compiler.setGlobals(given.globals);
      const checked = compiler.check(code, given.text);
      if (checked.diagnostics.length > 0) return { checked, given };
      const lowered = lowerCell(compiler.ts, checked.moduleText);
      const maps = { script: lowered.sourceMap, module: checked.sourceMap };
      memory.add({ run, code, locate: atName(placesOfCell(maps, LINE_OFFSET, checked.backAt), code) });
      return { checked, given, lowered };
    });

  return {
    async during<T>(run: CellRun, work: () => T | Promise<T>): Promise<T> {
      try {
        return await running.endOf<T>(run, (resolve, reject) => {
          try {
            const made = runInCell(run, work);
            if (made instanceof Promise) made.then(resolve, reject);
            else resolve(made);
          } catch (error) {
            reject(error);
          }
        });
      } finally {
        running.isOver();
      }
    },
    async run(code, run) {
      const { checked, given, lowered } = compile(code, run);
      if (lowered === undefined) return { ok: false, error: diagnosticsError(checked.diagnostics, code) };
      const cell: CellObject & { names: Readonly<Record<string, Accessors>> } = {
        names: {},
        declare: (names) => {
          cell.names = names;
        },
        import: modules.import,
        meta: { ...place, url: pathToFileURL(place.filename).href },
        result: undefined,
        ...{ waiting, resumed, iterating, stop: loopWord(), stopLoop },
        ...{ scope: createUsingScope, top: createUsingScope() },
      };
      modules.forgetBegun();
      try {
        if (lowered.imports.length > 0)
          await running.endOf<void>(
            run,
            (resolve, reject) => void modules.prepare(lowered.imports, whileCompiling).then(resolve, reject),
          );
        const args: Parameters<CellFunction> = [scope, modules.require, cell, place.dirname, place.filename];
        await running.endOf<void>(
          run,
          (resolve, reject) => runInCell(run, () => enterCell(lowered, run, args, resolve, reject)),
          lowered.isAsync,
        );
        return { ok: true, value: cell.result };
      } catch (error) {
        return { ok: false, error: errorOf(error, codeOf) };
      } finally {
        running.isOver();
        // Also after an error or interrupt: what the cell had declared by then stays usable.
        declareIn(scope, cell.names);
        memory.declared(run.label, Object.keys(cell.names));
        declarations.update(given, checked.declarations);
      }
    },
    interrupt: running.interrupt,
    declarations: declarations.all,
    errorOf: (thrown) => errorOf(thrown, codeOf),
    cellOf: (thrown) => thrownIn(thrown) ?? memory.get(throwerIn(thrown) ?? '')?.run,
  };
}

function enterCell(
  { script, isAsync }: LoweredCell,
  run: CellRun,
  args: Parameters<CellFunction>,
  resolve: () => void,
  reject: (error: unknown) => void,
): void {
  try {
    const head = `'use strict'; return ${isAsync ? 'async ' : ''}function () { `;
    // Not vm.Script: V8 keeps the scripts that it makes for ever, 1.7 kB each.
    const cellFunction = vm.compileFunction(`${head}${script}\n}`, CELL_PARAMETERS, {
      filename: scriptName(run.label),
      columnOffset: -head.length,
    }) as CellFunction;
    const body = cellFunction(...args);
    const ended = runInScope(args[2].top, () => body());
    if (ended === undefined) resolve();
    else ended.then(resolve, reject);
  } catch (error) {
    reject(error);
  }
}

function declareIn(scope: object, names: Readonly<Record<string, Accessors>>): void {
  for (const [name, [get, set]] of Object.entries(names))
    Object.defineProperty(scope, name, { configurable: true, enumerable: true, get, ...(set && { set }) });
}
