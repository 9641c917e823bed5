import type { CurvePoint } from '#contract/job';
import { higherIsBetter, metricLabel, sortMetrics } from '../format/metrics.ts';
import { formatMetric } from '../format/numbers.ts';
import type { Figure } from './figure.ts';
import { axis, baseLayout, type ChartTheme, categoryColours } from './theme.ts';

interface Series {
  phase: string;
  name: string;
  metric: string;
  steps: number[];
  values: number[];
}

/** What sets a phase apart: `Training (temperature 0.2)` is `temperature 0.2` where several stand side by side. */
const labelOf = (phase: string): string => /^\S+ \((.+)\)$/.exec(phase)?.[1] ?? phase;

function seriesOf(points: readonly CurvePoint[]): Series[] {
  const series = new Map<string, Series>();
  const phases = new Set(points.map((point) => point.phase));
  for (const { phase, step, metrics } of points) {
    for (const [metric, value] of Object.entries(metrics)) {
      const key = `${phase} ${metric}`;
      const name = phases.size > 1 ? `${metricLabel(metric)}, ${labelOf(phase)}` : metricLabel(metric);
      const line = series.get(key) ?? { phase, name, metric, steps: [], values: [] };
      line.steps.push(step);
      line.values.push(value);
      series.set(key, line);
    }
  }
  return [...series.values()];
}

/** Steps that start again are another training of the same phase: the line is broken there. */
function withBreaks({ steps, values }: Series): { x: (number | null)[]; y: (number | null)[] } {
  const x: (number | null)[] = [];
  const y: (number | null)[] = [];
  steps.forEach((step, at) => {
    if (at > 0 && step <= steps[at - 1]!) {
      x.push(null);
      y.push(null);
    }
    x.push(step);
    y.push(values[at]!);
  });
  return { x, y };
}

/** Of what should rise, one line a phase: the metric that is read first. The others are in the table. */
function headlines(rising: readonly Series[]): Series[] {
  const phases = [...new Set(rising.map((line) => line.phase))];
  return phases.flatMap((phase) => {
    const lines = rising.filter((line) => line.phase === phase);
    const [first] = sortMetrics(lines.map((line) => line.metric));
    return lines.filter((line) => line.metric === first);
  });
}

function captionOf(series: readonly Series[], best: number | undefined): string {
  const first = series.find((line) => higherIsBetter(line.metric)) ?? series[0];
  if (!first) return 'No points yet.';
  const up = higherIsBetter(first.metric);
  const peak = (line: Series): number => (up ? Math.max(...line.values) : Math.min(...line.values));
  const alike = series.filter((line) => line.metric === first.metric);
  const risen = alike.reduce((top, line) => ((up ? peak(line) > peak(top) : peak(line) < peak(top)) ? line : top), first);
  const value = peak(risen);
  const step = risen.steps[risen.values.indexOf(value)];
  const kept = best === undefined ? '' : ` The weights of epoch ${best} were kept.`;
  return `${up ? 'Highest' : 'Lowest'} ${risen.name} so far ${formatMetric(value)}, at step ${step}.${kept}`;
}

/**
 * The curve of a training: what should rise on the left, what should fall on the right, over the same steps.
 * `best` is the step whose weights were kept.
 */
export function curveFigure(points: readonly CurvePoint[], theme: ChartTheme, best?: number): Figure {
  const series = seriesOf(points);
  const rising = headlines(series.filter((line) => higherIsBetter(line.metric)));
  const falling = series.filter((line) => !higherIsBetter(line.metric));
  const both = rising.length > 0 && falling.length > 0;
  const colours = categoryColours(theme);
  // A phase has one colour on both sides and one entry in the legend; hover names the metric.
  const phases = [...new Set(series.map((line) => line.phase))];
  const listed = new Set<string>();
  const draw = (lines: Series[], side: '' | '2', accent: boolean) =>
    lines.map((line, index) => {
      const many = phases.length > 1;
      const showlegend = !many || !listed.has(line.phase);
      listed.add(line.phase);
      const place = many ? phases.indexOf(line.phase) : index;
      return {
        type: 'scatter',
        mode: line.steps.length === 1 ? 'markers' : 'lines',
        name: many ? labelOf(line.phase) : line.name,
        ...(many ? { legendgroup: line.phase } : {}),
        showlegend,
        ...withBreaks(line),
        xaxis: `x${side}`,
        yaxis: `y${side}`,
        line: { width: 2, color: !many && accent && place === 0 ? theme.accent : colours[place % colours.length] },
        hovertemplate: many ? `%{y:.4f} ${metricLabel(line.metric)}` : '%{y:.4f}',
      };
    });
  const step = { rangemode: 'tozero' };
  const axes: Record<string, unknown> = both
    ? {
        xaxis: axis(theme, 'Step', { ...step, domain: [0, 0.47] }),
        yaxis: axis(theme, 'Validation metric'),
        xaxis2: axis(theme, 'Step', { ...step, domain: [0.55, 1], anchor: 'y2', matches: 'x' }),
        yaxis2: axis(theme, 'Loss', { anchor: 'x2' }),
      }
    : { xaxis: axis(theme, 'Step', step), yaxis: axis(theme, rising.length ? 'Validation metric' : 'Loss') };
  const shapes =
    best === undefined
      ? []
      : [{ type: 'line', xref: 'x', yref: 'paper', x0: best, x1: best, y0: 0, y1: 1, line: { color: theme.muted, width: 1, dash: 'dot' } }];
  return {
    data: [...draw(rising, '', true), ...draw(falling, both ? '2' : '', rising.length === 0)],
    layout: {
      ...baseLayout(theme),
      ...axes,
      shapes,
      showlegend: series.length > 1,
      margin: { l: 48, r: 16, t: phases.length > 1 ? 48 : 28, b: 36 },
    },
    caption: captionOf([...rising, ...falling], best),
    table: {
      columns: ['phase', 'step', 'metric', 'value'],
      rows: points.flatMap((point) => Object.entries(point.metrics).map(([metric, value]) => [point.phase, point.step, metric, value])),
    },
  };
}
