import type { TypeScript } from './compiler.js';

/** The call in whose brackets a place is. */
export interface CallAt {
  /** `f(a: number, b?: string): void`, the parameter that the place is at, and what is said of both. */
  readonly text: string;
  /** Where the name of what is called ends. */
  readonly nameEnd: number;
}

export function callAt(
  service: TypeScript.LanguageService,
  { fileName }: TypeScript.SourceFile,
  position: number,
): CallAt | undefined {
  const help = service.getSignatureHelpItems(fileName, position, undefined);
  const item = help?.items[help.selectedItemIndex];
  if (help === undefined || item === undefined) return undefined;
  const words = (parts: readonly TypeScript.SymbolDisplayPart[] = []): string =>
    parts.map(({ text }) => text).join('');
  const parameters = item.parameters.map(({ displayParts }) => words(displayParts));
  const signature = [
    words(item.prefixDisplayParts),
    parameters.join(words(item.separatorDisplayParts)),
    words(item.suffixDisplayParts),
  ].join('');
  const at = item.isVariadic ? Math.min(help.argumentIndex, parameters.length - 1) : help.argumentIndex;
  const parameter = item.parameters[at];
  const said = parameter && words(parameter.documentation);
  const lines = [
    help.items.length > 1
      ? `${signature}  (${help.selectedItemIndex + 1} of ${help.items.length})`
      : signature,
    ...(parameter === undefined
      ? [parameters.length === 0 ? 'no parameters' : `no parameter ${at + 1}`]
      : [`parameter ${at + 1}: ${parameters[at]}${said ? ` - ${said}` : ''}`]),
    ...(item.documentation.length === 0 ? [] : ['', words(item.documentation)]),
  ];
  return { text: lines.join('\n'), nameEnd: help.applicableSpan.start - 1 };
}
