/**
 * Colours of our pictures, and what they become in a dark notebook. JupyterLab gives its pages the colour scheme of its theme,
 * which a picture in them is asked for; where a page says nothing, it is the light one.
 */
const DARK = [
  ['rect[fill="white"]', 'fill:none'],
  ['[fill="#222"],[fill="#333"],[fill="#333333"]', 'fill:#e3e3e3'],
  ['[fill="#555"]', 'fill:#b8b8b8'],
  ['[fill="#f2f2f2"],[fill="#f5f5f5"]', 'fill:#2b2b2b'],
  ['[fill="#cfe1f0"]', 'fill:#1d3a52'],
  ['[fill="#92bfdf"]', 'fill:#2f6490'],
  ['[fill="#e5e5e5"]', 'fill:#3a3a3a'],
  ['[stroke="#e5e5e5"]', 'stroke:#3a3a3a'],
  ['[stroke="#555"]', 'stroke:#b8b8b8'],
  ['[stroke="#333333"]', 'stroke:#e3e3e3'],
  ['[stroke="#0072b2"]', 'stroke:#4aa8e0'],
  ['[stroke="#000000"]', 'stroke:#ffffff'],
  ['circle[fill="#0072b2"]', 'fill:#4aa8e0'],
  ['circle[fill="#000000"]', 'fill:#ffffff'],
]
  .map(([which, how]) => `${which}{${how}}`)
  .join('');

/** A picture for a notebook: it follows the theme. Files keep their light colours. */
export function themed(svg: string): string {
  return svg.replace(
    /<svg[^>]*>/,
    (root) => `${root}<style>@media (prefers-color-scheme:dark){${DARK}}</style>`,
  );
}

/** Read on white and on #111 with a contrast of 4.3 : 1 each; plotly's renderer knows no theme. */
const BOTH = '#797979';
const FAINT = 'rgba(127, 127, 127, 0.28)';
const AXIS = { gridcolor: FAINT, zerolinecolor: FAINT, linecolor: BOTH } as const;

/** A plotly template: nothing behind the chart, and letters that both themes show. */
export const PLOTLY_TEMPLATE = {
  layout: {
    ...{ paper_bgcolor: 'rgba(0, 0, 0, 0)', plot_bgcolor: 'rgba(0, 0, 0, 0)', font: { color: BOTH } },
    ...{ xaxis: AXIS, yaxis: AXIS, legend: { bgcolor: 'rgba(0, 0, 0, 0)' } },
  },
} as const;

/** The palette's black would not be seen in a dark notebook. */
export function plotlyColor(color: string): string {
  return color === '#000000' ? '#9a6fd0' : color;
}
