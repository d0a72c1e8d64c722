/**
 * What a page that this program writes may do, as an element of its head: it loads nothing from anywhere and sends nothing,
 * whatever a name or a text in it holds. `scripts`: it has some of its own, which may compile code.
 */
export function pagePolicy({ scripts = false } = {}): string {
  const own = scripts ? " script-src 'unsafe-inline' 'unsafe-eval';" : '';
  return `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline';${own} img-src data: blob:; base-uri 'none'; form-action 'none'">`;
}
