import { dirname, join } from 'node:path';
import type { CellFiles } from './cellFiles.js';
import { bindSourceFile, type Ts, type TypeScript } from './compiler.js';

/**
 * Reads the declarations of the language and of Node file by file, where a program would read them all at once: the registry keeps them
 * for the program that is made next, which then takes a quarter of the time. A file takes some milliseconds, the largest some hundredths
 * of a second.
 */
export function* readDeclarations(
  ts: Ts,
  host: TypeScript.LanguageServiceHost,
  registry: TypeScript.DocumentRegistry,
  files: CellFiles,
): Generator<TypeScript.SourceFile> {
  const options = host.getCompilationSettings();
  const libraries = dirname(ts.getDefaultLibFilePath(options));
  const left = (options.lib ?? []).map((name) => join(libraries, name));
  const from = join(host.getCurrentDirectory(), 'cell.ts');
  for (const name of options.types ?? []) {
    const found = ts.resolveTypeReferenceDirective(
      name,
      from,
      options,
      host as TypeScript.ModuleResolutionHost,
    );
    const path = found.resolvedTypeReferenceDirective?.resolvedFileName;
    if (path !== undefined) left.push(path);
  }
  const seen = new Set<string>();
  for (let path = left.shift(); path !== undefined; path = left.shift()) {
    const snapshot = seen.has(path) ? undefined : files.snapshotOf(path);
    seen.add(path);
    if (snapshot === undefined) continue;
    const file = registry.acquireDocument(path, host as never, snapshot, files.versionOf(path));
    bindSourceFile(ts, file, options);
    for (const { fileName } of file.libReferenceDirectives)
      left.push(join(libraries, `lib.${fileName}.d.ts`));
    for (const { fileName } of file.referencedFiles) left.push(join(dirname(path), fileName));
    yield file;
  }
}
