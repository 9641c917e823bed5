import type { Figure } from '../../../charts/figure.ts';
import { axis, baseLayout, type ChartTheme, categoryColours, groupsToDraw } from '../../../charts/theme.ts';
import * as captions from './captions.ts';
import { localStamp, type TrafficWindow } from './traffic-window.ts';

const secondsShownMs = 240_000;

type Maker = (window: TrafficWindow, theme: ChartTheme) => Figure;

function layout(window: TrafficWindow, theme: ChartTheme, title: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const [first = 0, last = 0] = [window.times[0], window.times.at(-1)];
  return {
    ...baseLayout(theme),
    margin: { l: 48, r: 12, t: 10, b: 22 },
    xaxis: axis(theme, '', {
      // Without a title no room is kept for one.
      title: undefined,
      automargin: false,
      type: 'date',
      range: [localStamp(first), localStamp(last)],
      // Within a few minutes the same minute would stand below several ticks.
      tickformat: window.spanMs < secondsShownMs ? '%H:%M:%S' : '%H:%M',
      hoverformat: '%H:%M:%S',
      nticks: 7,
    }),
    yaxis: axis(theme, title, { rangemode: 'tozero', fixedrange: true, ...more }),
  };
}

const withLegend = (plain: Record<string, unknown>): Record<string, unknown> => ({
  ...plain,
  showlegend: true,
  margin: { l: 48, r: 12, t: 24, b: 22 },
});

const stamps = ({ times }: TrafficWindow): string[] => times.map(localStamp);

/** Counts have no halves. */
const wholeTicks = (counts: readonly number[]): Record<string, unknown> => ({
  tickformat: ',d',
  ...(counts.every((count) => count < 4) ? { dtick: 1 } : {}),
});

const rate: Maker = (window, theme) => {
  const counts = window.seconds.map((second) => second?.requests ?? 0);
  const x = stamps(window);
  return {
    data: [
      {
        type: 'scatter',
        mode: 'lines',
        name: 'Requests',
        x,
        y: counts,
        line: { color: theme.accent, width: 1.5, shape: 'hv' },
        fill: 'tozeroy',
        fillcolor: `${theme.accent}22`,
        hovertemplate: '%{y:,}/s',
      },
    ],
    layout: layout(window, theme, 'Requests per second', wholeTicks(counts)),
    caption: captions.rateCaption(window),
    table: { columns: ['second', 'requests'], rows: x.map((time, at) => [time, counts[at] ?? 0]) },
  };
};

/** Written out, since an axis by itself names only the last digit between two powers of ten. */
const latencyTicks = {
  tickmode: 'array',
  tickvals: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000],
  ticktext: [
    '0.05',
    '0.1',
    '0.2',
    '0.5',
    '1',
    '2',
    '5',
    '10',
    '20',
    '50',
    '100',
    '200',
    '500',
    '1,000',
    '2,000',
    '5,000',
    '10,000',
    '30,000',
  ],
};

const latency: Maker = (window, theme) => {
  const colours = categoryColours(theme);
  const x = stamps(window);
  const sparse = window.seconds.filter((second) => second !== null).length < window.seconds.length / 2;
  const series = [
    ['p99', 'p99Ms', colours[5]],
    ['p95', 'p95Ms', colours[1]],
    ['p50', 'p50Ms', theme.accent],
  ] as const;
  return {
    data: series.map(([name, key, color]) => ({
      type: 'scatter',
      // A second alone between two without a request is a point and no line.
      mode: sparse ? 'lines+markers' : 'lines',
      marker: { size: 2.5, color },
      name,
      x,
      y: window.seconds.map((second) => second?.[key] ?? null),
      line: { color, width: name === 'p50' ? 2 : 1.25 },
      connectgaps: false,
      hovertemplate: '%{y:.2f} ms',
    })),
    layout: withLegend(layout(window, theme, 'Milliseconds (log)', { type: 'log', ...latencyTicks })),
    caption: captions.latencyCaption(window),
    table: {
      columns: ['second', 'p50 ms', 'p95 ms', 'p99 ms'],
      rows: window.seconds.flatMap((second, at) =>
        second ? [[x[at] ?? '', second.p50Ms ?? '', second.p95Ms ?? '', second.p99Ms ?? '']] : [],
      ),
    },
  };
};

const sources: Maker = (window, theme) => {
  const totals = captions.sourceTotals(window);
  const { names, others } = groupsToDraw(totals);
  const groups = others.size > 0 ? [...names, 'other'] : names;
  const colours = categoryColours(theme);
  const x = stamps(window);
  const of = (group: string, found: Record<string, number>): number =>
    group === 'other' && others.size > 0 ? [...others].reduce((sum, name) => sum + (found[name] ?? 0), 0) : (found[group] ?? 0);
  const counts = groups.map((group) => window.seconds.map((second) => (second ? of(group, second.sources) : 0)));
  return {
    data: groups.map((group, index) => ({
      type: 'scatter',
      mode: 'lines',
      stackgroup: 'lists',
      name: group,
      x,
      y: counts[index],
      line: { width: 0.5, color: group === 'other' && others.size > 0 ? theme.muted : colours[index] },
      hovertemplate: '%{y:,}/s',
    })),
    layout: withLegend(layout(window, theme, 'Lists per second', wholeTicks(counts.flat()))),
    caption: captions.sourcesCaption(window),
    table: { columns: ['second', ...groups], rows: x.map((time, at) => [time, ...counts.map((series) => series[at] ?? 0)]) },
  };
};

const errors: Maker = (window, theme) => {
  const counts = window.seconds.map((second) => second?.errors ?? 0);
  const x = stamps(window);
  return {
    data: [
      {
        type: 'bar',
        name: 'Errors',
        x,
        y: counts,
        marker: { color: categoryColours(theme)[5], line: { width: 0 } },
        hovertemplate: '%{y:,}/s',
      },
    ],
    layout: {
      ...layout(window, theme, '5xx per second', wholeTicks(counts)),
      bargap: 0,
    },
    caption: captions.errorsCaption(window),
    table: { columns: ['second', 'errors'], rows: x.flatMap((time, at) => (counts[at] ? [[time, counts[at]]] : [])) },
  };
};

/** The plots of the traffic, each with what it says. */
export const figures = { rate, latency, sources, errors };
