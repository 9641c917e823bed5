import type { DataSeries } from '#contract/data';
import type { Figure } from '../../charts/figure.ts';
import { axis, baseLayout, type ChartTheme, categoryColours, groupsToDraw } from '../../charts/theme.ts';
import { countOf, formatCount, formatShare } from '../../format/numbers.ts';

type Daily = DataSeries['daily'];
type Popularity = DataSeries['popularity'];

function totals(daily: Daily, by: 'day' | 'type'): Map<string, number> {
  const sums = new Map<string, number>();
  for (const row of daily) sums.set(row[by], (sums.get(row[by]) ?? 0) + row.count);
  return sums;
}

function largest(sums: ReadonlyMap<string, number>): [string, number] | undefined {
  return [...sums].reduce<[string, number] | undefined>((best, entry) => (best && best[1] >= entry[1] ? best : entry), undefined);
}

/** What the days say: the busiest one, and the event type that makes most of them. */
export function dailyCaption(daily: Daily): string {
  const day = largest(totals(daily, 'day'));
  const type = largest(totals(daily, 'type'));
  if (!day || !type) return 'The interactions have no timestamps.';
  const all = daily.reduce((sum, row) => sum + row.count, 0);
  return `The busiest day was ${day[0]} with ${countOf(day[1], 'interaction')}; ${formatShare(type[1] / all)} of all are of type ${type[0]}.`;
}

/** Interactions a day, stacked by event type; beyond eight types the small ones are drawn as `other`. */
export function dailyFigure(daily: Daily, theme: ChartTheme): Figure {
  const { names, others } = groupsToDraw(totals(daily, 'type'));
  const days = [...totals(daily, 'day').keys()].sort();
  const colours = categoryColours(theme);
  const groups = others.size ? [...names, 'other'] : names;
  const data = groups.map((group, index) => {
    const counts = totals(
      daily.filter((row) => (group === 'other' && others.size ? others.has(row.type) : row.type === group)),
      'day',
    );
    return {
      type: 'bar',
      name: group,
      x: days,
      y: days.map((day) => counts.get(day) ?? 0),
      marker: { color: group === 'other' && others.size ? theme.muted : colours[index], line: { width: 0 } },
      hovertemplate: '%{y:,}',
    };
  });
  return {
    data,
    layout: {
      ...baseLayout(theme),
      barmode: 'stack',
      bargap: days.length > 60 ? 0 : 0.15,
      showlegend: groups.length > 1,
      margin: { l: 48, r: 16, t: 28, b: 36 },
      xaxis: axis(theme, 'Day', { type: 'date' }),
      yaxis: axis(theme, 'Interactions a day', { rangemode: 'tozero', tickformat: ',d' }),
    },
    caption: dailyCaption(daily),
    table: { columns: ['day', 'type', 'interactions'], rows: daily.map((row) => [row.day, row.type, row.count]) },
  };
}

/** Share of all interactions that the most popular `share` of the items take, read from the thinned curve. */
export function shareOfTop(popularity: Popularity, share: number): number {
  const items = popularity.at(-1)?.rank ?? 0;
  const rank = Math.max(1, Math.ceil(items * share));
  const at = popularity.findIndex((point) => point.rank >= rank);
  const point = popularity[at];
  if (!point) return 0;
  const before = popularity[at - 1] ?? { rank: 0, cumulative: 0 };
  const part = (rank - before.rank) / (point.rank - before.rank);
  return before.cumulative + part * (point.cumulative - before.cumulative);
}

/** How many of the most popular items make half of all interactions, as near as the thinned curve says. */
export function itemsForHalf(popularity: Popularity): number | undefined {
  return popularity.find((point) => point.cumulative >= 0.5)?.rank;
}

export function popularityCaption(popularity: Popularity): string {
  const items = popularity.at(-1)?.rank;
  const half = itemsForHalf(popularity);
  if (!items || half === undefined) return 'There are no interactions to count.';
  // One percent of a small catalogue is not worth a sentence.
  const share = items >= 500 ? 0.01 : 0.1;
  return `The top ${formatShare(share)} of items take ${formatShare(shareOfTop(popularity, share))} of all interactions; half of all go to ${formatCount(half)} of ${countOf(items, 'item')}.`;
}

/** Items by falling popularity: interactions of each on a log scale, and the share that all items up to a rank take. */
export function popularityFigure(popularity: Popularity, theme: ChartTheme): Figure {
  const ranks = popularity.map((point) => point.rank);
  const second = categoryColours(theme)[1];
  return {
    data: [
      {
        type: 'scatter',
        mode: 'lines',
        name: 'Interactions',
        x: ranks,
        y: popularity.map((point) => point.count),
        line: { color: theme.accent, width: 2 },
        hovertemplate: '%{y:,}',
      },
      {
        type: 'scatter',
        mode: 'lines',
        name: 'Cumulative share',
        x: ranks,
        y: popularity.map((point) => point.cumulative),
        yaxis: 'y2',
        line: { color: second, width: 2 },
        hovertemplate: '%{y:.1%}',
      },
    ],
    layout: {
      ...baseLayout(theme),
      showlegend: true,
      margin: { l: 48, r: 48, t: 28, b: 36 },
      xaxis: axis(theme, 'Item rank by popularity', { rangemode: 'tozero', tickformat: ',d' }),
      yaxis: axis(theme, 'Interactions (log scale)', { type: 'log', tickformat: ',d', dtick: 1 }),
      yaxis2: axis(theme, 'Cumulative share', {
        overlaying: 'y',
        side: 'right',
        range: [0, 1.02],
        tickformat: '.0%',
        showgrid: false,
        tickmode: 'array',
        tickvals: [0, 0.25, 0.5, 0.75, 1],
      }),
    },
    caption: popularityCaption(popularity),
    table: {
      columns: ['rank', 'interactions', 'cumulative share'],
      rows: popularity.map((point) => [point.rank, point.count, point.cumulative]),
    },
  };
}
