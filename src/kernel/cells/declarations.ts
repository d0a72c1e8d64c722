import type { Ts, TypeScript } from '../typescript/compiler.js';

/**
 * What all cells so far declare, for the type checker. A cell is given the declarations that it can mean alone: with those of a
 * thousand cells each one took longer than the last.
 */
export interface Declarations {
  /** Those of the names in a cell's text, and of the names in these. */
  usedBy(code: string): Given;
  /** After the cell: `output` is what the compiler made of what it was given and of what the cell declares. */
  update(given: Given, output: string): void;
  /** All, for completion. */
  readonly all: () => string;
}

export interface Given {
  readonly text: string;
  /**
   * For every cell: `declare global { }` of earlier ones, less what this one declares anew, and imports of all modules that they
   * named, so that the compiler keeps those: to read voxlab's declarations again would take a second.
   */
  readonly globals: string;
  readonly statements: ReadonlySet<Statement>;
}

interface Statement {
  readonly text: string;
  readonly declares: readonly string[];
  /** Words of the text; names of others among them. */
  readonly words: readonly string[];
  /** Of a `declare global { }`: names, and members of interfaces as `Array.second` and `Array.[number]`. */
  readonly globals: readonly string[] | undefined;
  /** `namespace A { }`: tslab would forget it, too. */
  readonly isNamespace: boolean;
}

export function createDeclarations(ts: Ts): Declarations {
  const statements = new Set<Statement>();
  const byName = new Map<string, Set<Statement>>();
  const modules = new Set<string>();

  const add = (statement: Statement): void => {
    statements.add(statement);
    for (const name of modulesIn(statement.text)) modules.add(name);
    for (const name of statement.declares) byName.set(name, (byName.get(name) ?? new Set()).add(statement));
  };
  const remove = (statement: Statement): void => {
    statements.delete(statement);
    for (const name of statement.declares) {
      const others = byName.get(name);
      others?.delete(statement);
      if (others?.size === 0) byName.delete(name);
    }
  };

  return {
    usedBy(code) {
      const used = new Set<Statement>();
      const take = (words: readonly string[]): void => {
        for (const word of words)
          for (const statement of byName.get(word) ?? []) {
            if (used.has(statement)) continue;
            used.add(statement);
            take(statement.words);
          }
      };
      take(wordsOf(code));
      const anew = /\bdeclare\s+global\b/.test(code) ? statementsOf(ts, code) : [];
      const globals = [...statements].filter((each) => each.globals !== undefined && !overlaps(each, anew));
      const imports = [...modules].map((name) => `import ${JSON.stringify(name)};\n`).join('');
      return { text: textOf(used), globals: `${imports}${textOf(globals)}`, statements: used };
    },
    update(given, output) {
      const made = statementsOf(ts, output);
      const declared = new Set(made.flatMap(({ declares }) => declares));
      for (const statement of given.statements) {
        const isForgotten = statement.isNamespace && !statement.declares.some((name) => declared.has(name));
        if (!isForgotten) remove(statement);
      }
      for (const statement of [...statements]) if (overlaps(statement, made)) remove(statement);
      for (const statement of made) add(statement);
    },
    all: () => textOf([...statements].filter(({ globals }) => globals === undefined)),
  };
}

function textOf(statements: Iterable<Statement>): string {
  return [...statements].map(({ text }) => text).join('\n');
}

/** `from "voxlab"`, `import("voxlab").Volume`. */
function modulesIn(text: string): string[] {
  return [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)["']([^"']+)["']/g)].map(([, name]) => name!);
}

function overlaps({ globals }: Statement, others: readonly Statement[]): boolean {
  return globals?.some((name) => others.some((other) => other.globals?.includes(name))) === true;
}

/** Of a `declare global { }`. */
function globalsIn(ts: Ts, { body }: TypeScript.ModuleDeclaration): string[] {
  if (body === undefined || !ts.isModuleBlock(body)) return [];
  return body.statements.flatMap((statement) => {
    const names = namesIn(ts, statement);
    if (!ts.isInterfaceDeclaration(statement)) return names;
    return statement.members.flatMap((member) => keysOf(ts, member).map((key) => `${names[0]}.${key}`));
  });
}

/** By what TypeScript merges two declarations of an interface: index signatures by their keys, other signatures side by side. */
function keysOf(ts: Ts, member: TypeScript.TypeElement): string[] {
  if (!ts.isIndexSignatureDeclaration(member)) return [(member.name ?? member).getText()];
  const keys = member.parameters[0]?.type?.getText() ?? '';
  return keys.split('|').map((key) => `[${key.trim()}]`);
}

function statementsOf(ts: Ts, text: string): Statement[] {
  const file = ts.createSourceFile('declarations.d.ts', text, ts.ScriptTarget.ES2022, true);
  return file.statements.flatMap((node) => {
    const statement = node.getFullText(file).trim();
    if (statement === '' || ts.isExportDeclaration(node)) return [];
    const isModule = ts.isModuleDeclaration(node);
    const isGlobal = isModule && (!ts.isIdentifier(node.name) || node.name.text === 'global');
    return [
      {
        ...{ text: statement, declares: isGlobal ? [] : namesIn(ts, node), words: wordsOf(statement) },
        ...{ globals: isGlobal ? globalsIn(ts, node) : undefined, isNamespace: isModule && !isGlobal },
      },
    ];
  });
}

/** The names that a statement declares, or imports. */
export function namesIn(ts: Ts, node: TypeScript.Statement): string[] {
  if (ts.isVariableStatement(node))
    return node.declarationList.declarations.flatMap(({ name }) =>
      ts.isIdentifier(name) ? [name.text] : [],
    );
  if (ts.isImportDeclaration(node)) {
    const { name, namedBindings: bindings } = node.importClause ?? {};
    const elements =
      bindings === undefined || ts.isNamespaceImport(bindings) ? [bindings] : bindings.elements;
    return [name, ...elements.map((element) => element?.name)].flatMap((each) => each?.text ?? []);
  }
  const { name } = node as TypeScript.DeclarationStatement;
  return name !== undefined && ts.isIdentifier(name) ? [name.text] : [];
}

/** All that could be a name, in texts and comments, too: what is taken in vain costs little. */
function wordsOf(code: string): string[] {
  return [...new Set(code.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu))];
}
