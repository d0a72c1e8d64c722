import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Chart } from './figure.js';
import { escaped } from './markup.js';

/** A page with charts that can be zoomed and read off, complete in one file: plotly's own code is inside (4.5 MB). */
export function figurePage(title: string, charts: readonly Chart[]): string {
  const library = readFileSync(createRequire(import.meta.url).resolve('plotly.js-dist'), 'utf8');
  const figures = charts.map((each) => each.plotly());
  // `<` in data would end the script element.
  const data = JSON.stringify(figures).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>
<script>${library.replaceAll('</script', '<\\/script')}</script></head>
<body>${figures.map((_, index) => `<div id="figure${index}"></div>`).join('')}
<script>${data}.forEach((figure, index) => Plotly.newPlot('figure' + index, figure.data, { ...figure.layout, template: undefined }, { responsive: true, displaylogo: false }));</script>
</body></html>
`;
}
