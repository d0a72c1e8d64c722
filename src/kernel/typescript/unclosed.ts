import type { Ts, TypeScript } from './compiler.js';

/** What was opened and not closed. */
export interface Unclosed {
  /** UTF-16 units. */
  readonly start: number;
  /** `(`, `[`, `{`, a quote, `/*`. */
  readonly opening: string;
}

/** The innermost bracket, quote or comment of a program that nothing closes: the first one that another closing bracket shows, else that at the end. */
export function unclosedIn(ts: Ts, text: string): Unclosed | undefined {
  const { SyntaxKind } = ts;
  const closing = new Map<TypeScript.SyntaxKind, TypeScript.SyntaxKind>([
    [SyntaxKind.OpenParenToken, SyntaxKind.CloseParenToken],
    [SyntaxKind.OpenBracketToken, SyntaxKind.CloseBracketToken],
    [SyntaxKind.OpenBraceToken, SyntaxKind.CloseBraceToken],
    [SyntaxKind.TemplateHead, SyntaxKind.TemplateTail],
  ]);
  const closings = new Set(closing.values());
  const scanner = ts.createScanner(ts.ScriptTarget.ES2022, true, ts.LanguageVariant.Standard, text);
  const open: (Unclosed & { readonly closedBy: TypeScript.SyntaxKind })[] = [];
  let before = SyntaxKind.Unknown;
  for (let token = scanner.scan(); ; token = scanner.scan()) {
    const top = open.at(-1);
    if (token === SyntaxKind.CloseBraceToken && top?.closedBy === SyntaxKind.TemplateTail)
      token = scanner.reScanTemplateToken(false);
    else if (
      (token === SyntaxKind.SlashToken || token === SyntaxKind.SlashEqualsToken) &&
      beginsValue(ts, before)
    )
      token = scanner.reScanSlashToken();
    const start = scanner.getTokenPos();
    if (scanner.isUnterminated()) {
      const isTail = token === SyntaxKind.TemplateMiddle || token === SyntaxKind.TemplateTail;
      if (isTail && top !== undefined) return top;
      return { start, opening: text.startsWith('/*', start) ? '/*' : text[start]! };
    }
    if (token === SyntaxKind.EndOfFileToken) return commentIn(text, scanner.getStartPos()) ?? top;
    const closedBy = closing.get(token);
    if (closedBy !== undefined) open.push({ start, opening: text[start]!, closedBy });
    else if (closings.has(token)) {
      if (top !== undefined && top.closedBy !== token) return top;
      open.pop();
    }
    before = token;
  }
}

/** A comment without an end hides all behind it: the scanner skips it as if it had one. */
function commentIn(text: string, from: number): Unclosed | undefined {
  const start = text.indexOf('/*', from);
  return start >= 0 && !text.includes('*/', start + 2) ? { start, opening: '/*' } : undefined;
}

/** Whether a slash behind this token begins a regular expression, and does not divide. */
function beginsValue(ts: Ts, before: TypeScript.SyntaxKind): boolean {
  const { SyntaxKind } = ts;
  const endsValue =
    before === SyntaxKind.Identifier ||
    before === SyntaxKind.NumericLiteral ||
    before === SyntaxKind.BigIntLiteral ||
    before === SyntaxKind.StringLiteral ||
    before === SyntaxKind.NoSubstitutionTemplateLiteral ||
    before === SyntaxKind.TemplateTail ||
    before === SyntaxKind.RegularExpressionLiteral ||
    before === SyntaxKind.CloseParenToken ||
    before === SyntaxKind.CloseBracketToken ||
    before === SyntaxKind.CloseBraceToken ||
    before === SyntaxKind.ThisKeyword ||
    before === SyntaxKind.SuperKeyword ||
    before === SyntaxKind.TrueKeyword ||
    before === SyntaxKind.FalseKeyword ||
    before === SyntaxKind.NullKeyword ||
    before === SyntaxKind.PlusPlusToken ||
    before === SyntaxKind.MinusMinusToken;
  return !endsValue;
}
