import { basename } from 'node:path';
import { InputError, UsageError } from '../../errors.js';
import { loadTypeScript, type TypeScript } from '../typescript/compiler.js';

/** Values for a notebook's parameters, by name. */
export type Parameters = Readonly<Record<string, unknown>>;

interface Cell {
  readonly cell_type: string;
  readonly metadata?: { readonly tags?: readonly string[] };
  readonly source: string | readonly string[];
}

/** What of a notebook's JSON matters here. */
export interface Notebook {
  readonly cells: readonly Cell[];
  readonly nbformat?: number;
  readonly nbformat_minor?: number;
}

const PARAMETERS = 'parameters';
const INJECTED = 'injected-parameters';
const WORDS: Readonly<Record<string, unknown>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  null: null,
  None: null,
};

/** `['EPOCHS=3', 'NAME=run', 'SIZES=[32,48]']` -> values, read as papermill reads them; a list or object is JSON. */
export function parseParameters(words: readonly string[]): Parameters {
  return Object.fromEntries(
    words.map((word) => {
      const [, name, text] = /^([A-Za-z_$][\w$]*)=(.*)$/s.exec(word) ?? [];
      if (name === undefined || text === undefined)
        throw new UsageError(`expected -p NAME=VALUE, received ${JSON.stringify(word)}`);
      return [name, parameterValue(name, text)];
    }),
  );
}

function parameterValue(name: string, text: string): unknown {
  if (Object.hasOwn(WORDS, text)) return WORDS[text];
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return numberOf(name, text);
  if (!/^[[{"]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`expected JSON as the value of -p ${name}, received ${text}`, { cause });
  }
}

/** A number that would not come out as it was written is an error: an identifier of 20 digits would lose its last ones. */
function numberOf(name: string, text: string): number {
  const value = Number(text);
  const isWhole = /^[+-]?\d+$/.test(text);
  if (Number.isFinite(value) && (!isWhole || Number.isSafeInteger(value))) return value;
  throw new UsageError(
    `expected a number that JavaScript can hold as the value of -p ${name}, received ${text}: as a text it is -p '${name}="${text}"'`,
  );
}

/**
 * The notebook with a cell tagged `injected-parameters` behind its cell tagged `parameters`, as papermill does it; the
 * one of an earlier run is replaced. What a `let` declares is assigned, so that a value of a wrong type is an error.
 */
export function injectParameters<N extends Notebook>(file: string, notebook: N, values: Parameters): N {
  const cells = notebook.cells.filter((cell) => !isTagged(cell, INJECTED));
  const at = cells.findIndex((cell) => cell.cell_type === 'code' && isTagged(cell, PARAMETERS));
  if (at < 0)
    throw new InputError(
      file,
      'expected a code cell tagged "parameters", whose values -p replaces, found none; add the tag in JupyterLab (property inspector, cell tags)',
    );
  const declared = declaredIn(textOf(cells[at]!));
  for (const name of Object.keys(values))
    if (!declared.has(name))
      throw new InputError(
        file,
        `no parameter ${name}; ${basename(file)} has ${[...declared.keys()].join(', ') || 'none'}`,
      );
  const injected = {
    cell_type: 'code',
    execution_count: null,
    // Cells have ids since 4.5; in an older notebook an id makes the file invalid.
    ...(hasIds(notebook) && { id: INJECTED }),
    metadata: { tags: [INJECTED] },
    outputs: [],
    source: `// Parameters of this run\n${assignments(values, declared)}`,
  };
  return { ...notebook, cells: [...cells.slice(0, at + 1), injected, ...cells.slice(at + 1)] };
}

function hasIds({ nbformat = 4, nbformat_minor = 5 }: Notebook): boolean {
  return nbformat > 4 || nbformat_minor >= 5;
}

function isTagged({ metadata }: Cell, tag: string): boolean {
  return metadata?.tags?.includes(tag) === true;
}

function textOf({ source }: Cell): string {
  return typeof source === 'string' ? source : source.join('');
}

/** Names that the cell declares at its top, however many a line, with the word that declares them. */
function declaredIn(code: string): Map<string, string> {
  const ts = loadTypeScript();
  const file = ts.createSourceFile('parameters.ts', code, ts.ScriptTarget.ES2022);
  const namesOf = (name: TypeScript.BindingName): string[] =>
    ts.isIdentifier(name)
      ? [name.text]
      : name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesOf(element.name) : []));
  const declared = file.statements.filter(ts.isVariableStatement).flatMap(({ declarationList }) => {
    const { Const, Let } = ts.NodeFlags;
    const word = declarationList.flags & Const ? 'const' : declarationList.flags & Let ? 'let' : 'var';
    return declarationList.declarations.flatMap(({ name }) =>
      namesOf(name).map((each) => [each, word] as const),
    );
  });
  return new Map(declared);
}

function assignments(values: Parameters, declared: ReadonlyMap<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => {
      const text = JSON.stringify(value);
      if (declared.get(name) !== 'const') return `${name} = ${text};`;
      const type = value === null || typeof value === 'object' ? '' : `: ${typeof value}`;
      return `const ${name}${type} = ${text};`;
    })
    .join('\n');
}
