import type { Explored, ExplorePanel } from '#contract/explore';
import type { Figure } from '../../charts/figure.ts';
import { axis, baseLayout, type ChartTheme, categoryColours, groupsToDraw } from '../../charts/theme.ts';
import * as captions from './captions.ts';
import { numberOf, textOf } from './explored.ts';

type Maker = (explored: Explored, theme: ChartTheme) => Figure;

const tableOf = ({ columns, rows }: Explored): Figure['table'] => ({
  columns,
  rows: rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cell : textOf(cell)))),
});

const column = ({ rows }: Explored, at: number): string[] => rows.map((row) => textOf(row[at]));

function totals(explored: Explored, key: number, value: number): Map<string, number> {
  const found = new Map<string, number>();
  for (const row of explored.rows) found.set(textOf(row[key]), (found.get(textOf(row[key])) ?? 0) + numberOf(row[value]));
  return found;
}

/** Bars on top of each other by a group; beyond eight the small ones are `other`. */
const time: Maker = (explored, theme) => {
  const { names, others } = groupsToDraw(totals(explored, 1, 2));
  const groups = others.size > 0 ? [...names, 'other'] : names;
  const moments = [...new Set(column(explored, 0))].sort();
  const place = new Map(moments.map((moment, at) => [moment, at]));
  const colours = categoryColours(theme);
  const data = groups.map((group, index) => {
    const counts = new Array<number>(moments.length).fill(0);
    for (const row of explored.rows) {
      const type = textOf(row[1]);
      if (type !== group && !(group === 'other' && others.has(type))) continue;
      const at = place.get(textOf(row[0])) as number;
      counts[at] = (counts[at] ?? 0) + numberOf(row[2]);
    }
    const colour = group === 'other' && others.size > 0 ? theme.muted : colours[index];
    return { type: 'bar', name: group, x: moments, y: counts, marker: { color: colour, line: { width: 0 } }, hovertemplate: '%{y:,}' };
  });
  return {
    data,
    layout: {
      ...baseLayout(theme),
      barmode: 'stack',
      bargap: moments.length > 60 ? 0 : 0.15,
      showlegend: groups.length > 1,
      margin: { l: 48, r: 16, t: 28, b: 36 },
      xaxis: axis(theme, 'Time (UTC)', { type: 'date' }),
      yaxis: axis(theme, 'Interactions', { rangemode: 'tozero', tickformat: ',d', fixedrange: true }),
    },
    caption: captions.timeCaption(explored),
    table: tableOf(explored),
  };
};

const popularity: Maker = (explored, theme) => {
  const ranks = explored.rows.map((row) => numberOf(row[0]));
  return {
    data: [
      {
        type: 'scatter',
        mode: 'lines',
        name: 'Interactions',
        x: ranks,
        y: explored.rows.map((row) => numberOf(row[1])),
        line: { color: theme.accent, width: 2 },
        hovertemplate: '%{y:,}',
      },
      {
        type: 'scatter',
        mode: 'lines',
        name: 'Cumulative share',
        x: ranks,
        y: explored.rows.map((row) => numberOf(row[2])),
        yaxis: 'y2',
        line: { color: categoryColours(theme)[1], width: 2 },
        hovertemplate: '%{y:.1%}',
      },
    ],
    layout: {
      ...baseLayout(theme),
      showlegend: true,
      margin: { l: 48, r: 48, t: 28, b: 36 },
      xaxis: axis(theme, 'Item rank (log scale)', { type: 'log', dtick: 1, tickformat: ',d' }),
      yaxis: axis(theme, 'Interactions (log scale)', { type: 'log', tickformat: ',d', dtick: 1 }),
      yaxis2: axis(theme, 'Cumulative share', {
        overlaying: 'y',
        side: 'right',
        range: [0, 1.02],
        tickformat: '.0%',
        showgrid: false,
        tickvals: [0, 0.25, 0.5, 0.75, 1],
      }),
    },
    caption: captions.popularityCaption(explored),
    table: tableOf(explored),
  };
};

/** Two series by a kind in one column, over another. */
function twoKinds(explored: Explored, theme: ChartTheme, { kind, x, mode }: { kind: number; x: number; mode: string }) {
  const colours = [theme.accent, categoryColours(theme)[1]];
  return ['users', 'items'].map((name, index) => {
    const rows = explored.rows.filter((row) => row[kind] === name);
    return {
      type: 'scatter',
      mode,
      name,
      x: rows.map((row) => row[x]),
      y: rows.map((row) => numberOf(row[2])),
      line: { color: colours[index], width: 2 },
      marker: { color: colours[index], size: 5 },
      hovertemplate: '%{y:,}',
    };
  });
}

const activity: Maker = (explored, theme) => ({
  data: twoKinds(explored, theme, { kind: 0, x: 1, mode: 'lines+markers' }),
  layout: {
    ...baseLayout(theme),
    showlegend: true,
    margin: { l: 48, r: 16, t: 28, b: 36 },
    xaxis: axis(theme, 'Interactions of one (log scale)', { type: 'log', tickformat: ',d', dtick: 1 }),
    yaxis: axis(theme, 'Users or items (log scale)', { type: 'log', tickformat: ',d', dtick: 1 }),
  },
  caption: captions.activityCaption(explored),
  table: tableOf(explored),
});

const newcomers: Maker = (explored, theme) => ({
  data: twoKinds(explored, theme, { kind: 1, x: 0, mode: 'lines' }),
  layout: {
    ...baseLayout(theme),
    showlegend: true,
    margin: { l: 48, r: 16, t: 28, b: 36 },
    xaxis: axis(theme, 'First seen', { type: 'date' }),
    yaxis: axis(theme, `New in a ${textOf(explored.facts.bucket)}`, { rangemode: 'tozero', tickformat: ',d' }),
  },
  caption: captions.newcomersCaption(explored),
  table: tableOf(explored),
});

const coldStart: Maker = (explored, theme) => {
  const splits = explored.rows.map((row) => captions.splitName(textOf(row[0])));
  const series = (at: number, name: string, color: string | undefined) => ({
    type: 'bar',
    name,
    x: splits,
    y: explored.rows.map((row) => numberOf(row[at])),
    marker: { color },
    hovertemplate: '%{y:.1%}',
  });
  return {
    data: [series(1, 'of new users', theme.accent), series(2, 'of new items', categoryColours(theme)[1])],
    layout: {
      ...baseLayout(theme),
      barmode: 'group',
      showlegend: true,
      margin: { l: 48, r: 16, t: 28, b: 36 },
      xaxis: axis(theme, 'Test set'),
      yaxis: axis(theme, 'Share of its interactions', { tickformat: '.0%', rangemode: 'tozero' }),
    },
    caption: captions.coldStartCaption(explored),
    table: tableOf(explored),
  };
};

const sessions: Maker = (explored, theme) => ({
  data: [
    {
      type: 'bar',
      x: explored.rows.map((row) => (numberOf(row[0]) > 20 ? '21+' : textOf(row[0]))),
      y: explored.rows.map((row) => numberOf(row[1])),
      marker: { color: theme.accent },
      hovertemplate: '%{y:,}',
    },
  ],
  layout: {
    ...baseLayout(theme),
    xaxis: axis(theme, 'Interactions of a session', { type: 'category' }),
    yaxis: axis(theme, 'Sessions', { rangemode: 'tozero', tickformat: ',d' }),
  },
  caption: captions.sessionsCaption(explored),
  table: tableOf(explored),
});

/** Cividis, in a few steps. */
const cividis = [
  [0, '#00224e'],
  [0.25, '#434e6c'],
  [0.5, '#7d7c78'],
  [0.75, '#bcae6c'],
  [1, '#fee838'],
];

function heat(x: readonly (string | number)[], y: readonly string[], z: (number | null)[][], hover: string) {
  return {
    type: 'heatmap',
    x,
    y,
    z,
    colorscale: cividis,
    showscale: true,
    colorbar: { thickness: 8, outlinewidth: 0, len: 0.9, tickfont: { size: 10 } },
    hovertemplate: hover,
    xgap: 1,
    ygap: 1,
  };
}

const hours: Maker = (explored, theme) => {
  const names = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
  const grid = names.map(() => new Array<number>(24).fill(0));
  for (const row of explored.rows) (grid[numberOf(row[0]) - 1] as number[])[numberOf(row[1])] = numberOf(row[2]);
  const across = Array.from({ length: 24 }, (_, hour) => hour);
  return {
    data: [heat(across, names, grid, '%{y} %{x}:00 UTC: %{z:,}<extra></extra>')],
    layout: {
      ...baseLayout(theme),
      hovermode: 'closest',
      xaxis: axis(theme, 'Hour (UTC)', { dtick: 3, showgrid: false }),
      yaxis: axis(theme, '', { autorange: 'reversed', showgrid: false }),
    },
    caption: captions.hoursCaption(explored),
    table: tableOf(explored),
  };
};

const cohorts: Maker = (explored, theme) => {
  const names = [...totals(explored, 1, 2)]
    .sort((a, b) => Number(a[0] === 'other') - Number(b[0] === 'other') || b[1] - a[1])
    .map(([name]) => name);
  const groups = [...new Set(column(explored, 0))].sort();
  const sums = totals(explored, 0, 2);
  const counts = new Map(explored.rows.map((row) => [`${textOf(row[0])} ${textOf(row[1])}`, numberOf(row[2])]));
  const z = names.map((name) => groups.map((group) => (counts.get(`${group} ${name}`) ?? 0) / (sums.get(group) ?? 1)));
  return {
    data: [heat(groups, names, z, '%{y}, users of %{x}: %{z:.1%}<extra></extra>')],
    layout: {
      ...baseLayout(theme),
      hovermode: 'closest',
      xaxis: axis(theme, 'Users by their first interaction', { type: 'category', showgrid: false }),
      yaxis: axis(theme, '', { autorange: 'reversed', showgrid: false, type: 'category' }),
    },
    caption: captions.cohortsCaption(explored),
    table: tableOf(explored),
  };
};

const together: Maker = (explored, theme) => {
  const items = textOf(explored.facts.items).split('\u001f').filter(Boolean);
  const place = new Map(items.map((item, at) => [item, at]));
  const z: (number | null)[][] = items.map(() => new Array<number | null>(items.length).fill(null));
  for (const row of explored.rows) {
    const [a, b] = [place.get(textOf(row[0])), place.get(textOf(row[1]))];
    if (a === undefined || b === undefined) continue;
    (z[a] as (number | null)[])[b] = numberOf(row[3]);
    (z[b] as (number | null)[])[a] = numberOf(row[3]);
  }
  return {
    data: [heat(items, items, z, '%{y} with %{x}: lift %{z:.2f}<extra></extra>')],
    layout: {
      ...baseLayout(theme),
      hovermode: 'closest',
      xaxis: axis(theme, '', { type: 'category', showgrid: false, tickangle: 60 }),
      yaxis: axis(theme, '', { type: 'category', autorange: 'reversed', showgrid: false }),
    },
    caption: captions.togetherCaption(explored),
    table: tableOf(explored),
  };
};

/** The plot of each panel that has one. */
export const figures: Record<Exclude<ExplorePanel, 'overview'>, Maker> = {
  time,
  popularity,
  activity,
  newcomers,
  'cold-start': coldStart,
  sessions,
  hours,
  cohorts,
  together,
};
