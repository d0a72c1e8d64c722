import { escaped } from './markup.js';

/**
 * What a page that this program writes may do, as an element of its head: it loads nothing from anywhere and sends nothing,
 * whatever a name or a text in it holds. `scripts`: it has some of its own, which may compile code.
 */
export function pagePolicy({ scripts = false } = {}): string {
  const own = scripts ? " script-src 'unsafe-inline' 'unsafe-eval';" : '';
  return `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline';${own} img-src data: blob:; base-uri 'none'; form-action 'none'">`;
}

/** A page that is complete in itself. `body` is HTML that is safe, `style` CSS, `head` more of it; `scripts` as in pagePolicy(). */
export function htmlPage(page: {
  readonly title: string;
  readonly style?: string;
  readonly head?: string;
  readonly body: string;
  readonly scripts?: boolean;
}): string {
  const { title, style = '', head = '', body, scripts = false } = page;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${pagePolicy({ scripts })}<title>${escaped(title)}</title>
<style>${style}</style>${head}</head>
<body>${body}</body></html>
`;
}

/** Lines of text, one below the other. */
export function listMarkup(lines: readonly string[]): string {
  return `<ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>`;
}

const RESEARCH_STYLE =
  'body{font:15px system-ui,sans-serif;margin:1em auto;max-width:1200px;padding:0 1em}h1{font-size:1.4em;overflow-wrap:anywhere}h2{font-size:1.1em;margin-top:1.6em;overflow-wrap:anywhere}figure{margin:.5em 0}svg{max-width:100%;height:auto}td,th{padding:.2em .8em;text-align:right}.warning{border:2px solid #d55e00;padding:.5em 1em}';

/** A page for people, without scripts, about what a network says: no diagnosis. `caution` is one more sentence of warning. */
export function researchPage(page: {
  readonly title: string;
  readonly caution?: string;
  readonly lines: readonly string[];
  readonly body: string;
}): string {
  const { title, caution = '', lines, body } = page;
  return htmlPage({
    ...{ title, style: RESEARCH_STYLE },
    body: `<h1>${escaped(title)}</h1>
<p class="warning">Research use. Not a medical device: no diagnosis may rest on this page.${caution}</p>
${listMarkup(lines)}
${body}
`,
  });
}
