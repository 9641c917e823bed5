/** The colours of every plot, in both themes. */
export interface ChartTheme {
  ink: string;
  muted: string;
  line: string;
  panel: string;
  accent: string;
}

const light: ChartTheme = { ink: '#1b1f24', muted: '#57606a', line: '#e3e6ea', panel: '#ffffff', accent: '#0b7a75' };
const dark: ChartTheme = { ink: '#e6e8eb', muted: '#9aa4ae', line: '#2b3036', panel: '#1b1f23', accent: '#2bb5ac' };

export const chartTheme = (mode: 'light' | 'dark'): ChartTheme => (mode === 'dark' ? dark : light);

/** Okabe–Ito's eight, in an order that sets neighbours apart; the black one takes the ink of the theme. */
export function categoryColours(theme: ChartTheme): string[] {
  return ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442', theme.ink];
}

/** More than eight groups: the largest seven keep their colour, the rest become `other`. */
export function groupsToDraw(totals: ReadonlyMap<string, number>): { names: string[]; others: Set<string> } {
  const sorted = [...totals].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([name]) => name);
  if (sorted.length <= 8) return { names: sorted, others: new Set() };
  return { names: sorted.slice(0, 7), others: new Set(sorted.slice(7)) };
}

/** An axis with a title and light grid lines; no frame. */
export function axis(theme: ChartTheme, title: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    title: { text: title, font: { size: 11, color: theme.muted }, standoff: 8 },
    gridcolor: theme.line,
    zerolinecolor: theme.line,
    linecolor: theme.line,
    tickcolor: theme.line,
    tickfont: { size: 11, color: theme.muted },
    automargin: true,
    ...more,
  };
}

/** What all plots share. */
export function baseLayout(theme: ChartTheme): Record<string, unknown> {
  return {
    font: { family: "'Inter Variable', sans-serif", size: 11, color: theme.ink },
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    margin: { l: 48, r: 16, t: 12, b: 36 },
    hovermode: 'x unified',
    hoverlabel: { bgcolor: theme.panel, bordercolor: theme.line, font: { size: 11, color: theme.ink } },
    legend: {
      orientation: 'h',
      traceorder: 'normal',
      x: 0,
      y: 1.02,
      yanchor: 'bottom',
      font: { size: 11, color: theme.muted },
      bgcolor: 'rgba(0,0,0,0)',
    },
    showlegend: false,
    dragmode: 'zoom',
    // The same value keeps a reader's zoom while a curve grows.
    uirevision: 'keep',
  };
}
