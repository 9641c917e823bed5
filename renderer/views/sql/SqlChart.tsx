import { HTMLSelect } from '@blueprintjs/core';
import { useMemo, useState } from 'react';
import type { SqlChart as ChartData, SqlChartInput, SqlColumn, SqlView } from '#contract/sql';
import { Chart } from '../../charts/Chart.tsx';
import type { Figure } from '../../charts/figure.ts';
import { axis, baseLayout, type ChartTheme } from '../../charts/theme.ts';
import { useChartTheme } from '../../charts/use-chart-theme.ts';
import { useOperation } from '../../client/use-operation.ts';
import { Answered } from '../../components/States.tsx';

type Kind = SqlChartInput['kind'];
const kinds: readonly [Kind, string][] = [
  ['line', 'Line'],
  ['bar', 'Bars'],
  ['scatter', 'Points'],
  ['histogram', 'Histogram'],
];

function figureOf(data: ChartData, kind: Kind, x: string, y: string, theme: ChartTheme): Figure {
  const traces: Record<Kind, Record<string, unknown>> = {
    line: { type: 'scatter', mode: 'lines', line: { color: theme.accent, width: 2 } },
    bar: { type: 'bar', marker: { color: theme.accent } },
    scatter: { type: 'scatter', mode: 'markers', marker: { color: theme.accent, size: 4, opacity: 0.6 } },
    histogram: { type: 'bar', marker: { color: theme.accent } },
  };
  const up = kind === 'histogram' ? 'Rows' : y;
  return {
    data: [{ ...traces[kind], x: data.points.map(([value]) => value), y: data.points.map(([, value]) => value) }],
    layout: { ...baseLayout(theme), bargap: kind === 'histogram' ? 0 : 0.15, xaxis: axis(theme, x), yaxis: axis(theme, up) },
    caption: `${data.note}.`,
    table: { columns: [x, up], rows: data.points.map(([a, b]) => [a === null ? '' : String(a), b ?? '']) },
  };
}

/** Two columns of a result as a plot. */
export function SqlChart({ id, columns, view }: { id: number; columns: readonly SqlColumn[]; view: SqlView }) {
  const theme = useChartTheme();
  const numbers = columns.filter(({ type }) => /INT|DOUBLE|FLOAT|DECIMAL/.test(type) && !type.includes('['));
  const [kind, setKind] = useState<Kind>(numbers.length < 2 ? 'bar' : 'line');
  const [x, setX] = useState(columns.find(({ name }) => name !== numbers.at(-1)?.name)?.name ?? columns[0]?.name ?? '');
  const [y, setY] = useState(numbers.at(-1)?.name ?? '');
  const ready = x !== '' && (kind === 'histogram' || y !== '');
  const chart = useOperation('sql.chart', ready ? { id, kind, x, view, ...(kind === 'histogram' ? {} : { y }) } : null);
  const figure = useMemo(() => (chart.data ? figureOf(chart.data, kind, x, y, theme) : undefined), [chart.data, kind, x, y, theme]);
  const names = columns.map(({ name }) => ({ value: name }));
  return (
    <>
      <div className="button-row">
        <HTMLSelect
          aria-label="Kind of plot"
          value={kind}
          options={kinds.map(([value, label]) => ({ value, label }))}
          onChange={(event) => setKind(event.currentTarget.value as Kind)}
        />
        <HTMLSelect aria-label="Across" value={x} options={names} onChange={(event) => setX(event.currentTarget.value)} />
        {kind !== 'histogram' && (
          <HTMLSelect
            aria-label="Up"
            value={y}
            options={numbers.map(({ name }) => ({ value: name }))}
            onChange={(event) => setY(event.currentTarget.value)}
          />
        )}
      </div>
      {!ready && <p className="muted">A plot needs a column of numbers.</p>}
      {ready && (
        <Answered answer={chart}>{() => (figure ? <Chart figure={figure} label={`${kind} of ${x}`} height={260} /> : null)}</Answered>
      )}
    </>
  );
}
