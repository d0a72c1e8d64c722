import { readFileSync } from 'node:fs';
import { inPackage } from '../paths.js';
import type { PlotlyFigure } from './drawing/drawnFigure.js';
import { escaped } from './drawing/markup.js';
import { htmlPage, listMarkup } from './drawing/pagePolicy.js';

/**
 * A page with figures that can be zoomed and read off, below some lines of text; complete in one file: plotly's own code is
 * inside (4.9 MB). What is seen first is drawn first.
 */
export function figurePage(
  title: string,
  figures: readonly { readonly plotly: () => PlotlyFigure }[],
  lines: readonly string[] = [],
): string {
  const library = readFileSync(inPackage('dist', 'browser', 'plotly.min.js'), 'utf8');
  const drawn = figures.map((each) => each.plotly());
  // `<` in data would end the script element.
  const data = JSON.stringify(drawn).replaceAll('<', '\\u003c');
  const script = `<script>${data}.forEach((figure, index) => {
  const draw = () => Plotly.newPlot('figure' + index, figure.data, { ...figure.layout, template: undefined }, { responsive: true, displaylogo: false });
  if (index === 0) draw();
  else requestAnimationFrame(() => setTimeout(draw));
});</script>`;
  return htmlPage({
    ...{ title, scripts: true, head: `<script>${library.replaceAll('</script', '<\\/script')}</script>` },
    body: `${textOf(title, lines)}${drawn.map((_, index) => `<div id="figure${index}"></div>`).join('')}\n${script}\n`,
  });
}

function textOf(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  return `<div style="font:15px system-ui,sans-serif;margin:1em 2em"><h1 style="font-size:1.3em">${escaped(title)}</h1>${listMarkup(lines)}</div>`;
}
