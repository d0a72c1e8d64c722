/** The code with a first line for the shell (`#!`) as blanks: cells and modules are run inside of a function, where it may not stand. */
export function withoutShellLine(code: string): string {
  return code.replace(/^#!.*/, (line) => ' '.repeat(line.length));
}
