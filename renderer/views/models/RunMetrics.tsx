import type { Run } from '#contract/run';
import { bestValue, differenceToBest, type MetricsRow, rowsOfRun } from '../../components/comparison.ts';
import { DifferenceText } from '../../components/DifferenceText.tsx';
import { Figure } from '../../components/Figure.tsx';
import { ListLength } from '../../components/ListLength.tsx';
import { MetricName } from '../../components/MetricName.tsx';
import { formatMetric, formatRange, formatShare, formatStandardError } from '../../format/numbers.ts';
import { useViewState } from '../../store/use-view-state.ts';
import { costsOf, runGroups, runKs } from './run-metrics.ts';

/** An interval where there is one, else the standard error. */
function Spread({ run, metric }: { run: Run; metric: string }) {
  const interval = run.intervals?.[metric];
  const error = run.errors[metric];
  if (interval)
    return <span title={error === undefined ? undefined : `Standard error ${formatStandardError(error)}`}>{formatRange(interval)}</span>;
  return error === undefined ? null : <span title="Standard error over users">± {formatStandardError(error)} s.e.</span>;
}

function Value({ rows, row, metric }: { rows: readonly MetricsRow[]; row: MetricsRow; metric: string }) {
  const value = row.metrics[metric];
  if (value === undefined) return <span className="muted">–</span>;
  const best = row.kind !== 'oracle' && value === bestValue(rows, metric);
  return (
    <>
      <span className={best ? 'best' : ''}>{formatMetric(value)}</span>
      {best && <span className="visually-hidden"> best</span>}
    </>
  );
}

interface MetricLineProps {
  run: Run;
  rows: readonly MetricsRow[];
  metric: string;
  hasBaseline: boolean;
}

function MetricLine({ run, rows, metric, hasBaseline }: MetricLineProps) {
  const [model, ...others] = rows as [MetricsRow, ...MetricsRow[]];
  const difference = hasBaseline ? differenceToBest(rows, metric) : undefined;
  const [own, reachable] = [model.metrics[metric], run.oracle?.[metric]];
  return (
    <tr>
      <th scope="row">
        <MetricName name={metric} />
      </th>
      <td className="number row-model">
        <Value rows={rows} row={model} metric={metric} />
      </td>
      <td className="number muted">
        <Spread run={run} metric={metric} />
      </td>
      {others.map((row) => (
        <td key={`${row.kind} ${row.label}`} className={row.kind === 'oracle' ? 'number muted' : 'number'}>
          <Value rows={rows} row={row} metric={metric} />
          {row.kind === 'oracle' && own !== undefined && reachable ? ` (${formatShare(own / reachable)})` : ''}
        </td>
      ))}
      {hasBaseline && <td className="number">{difference && <DifferenceText difference={difference} />}</td>}
    </tr>
  );
}

/** All metrics of a run beside its baselines, accuracy apart from what its lists are like, and what it costs. */
export function RunMetrics({ run }: { run: Run }) {
  const [state, patch] = useViewState('models.metrics', { k: '' });
  const ks = runKs(run);
  const k = ks.includes(state.k) ? state.k : ks[0];
  const rows = rowsOfRun(run);
  const hasBaseline = run.baselines.length > 0;
  return (
    <>
      <section className="figures costs" aria-label="Cost">
        {costsOf(run).map((cost) => (
          <Figure key={cost.label} {...cost} />
        ))}
      </section>
      <div className="table-scroll">
        <table className="table run-metrics" data-testid="metrics-table">
          <thead>
            <tr>
              <th scope="col">{ks.length > 1 ? <ListLength ks={ks} k={k} onK={(next) => patch({ k: next })} /> : 'Metric'}</th>
              <th scope="col" className="number">
                {run.label}
              </th>
              <th scope="col" className="number" title="Bootstrap over test users; s.e.: standard error where there is no interval">
                95 % interval
              </th>
              {rows.slice(1).map((row) => (
                <th key={`${row.kind} ${row.label}`} scope="col" className="number">
                  {row.kind === 'oracle' ? 'Oracle (reached)' : row.label}
                </th>
              ))}
              {hasBaseline && (
                <th scope="col" className="number">
                  Against the best baseline
                </th>
              )}
            </tr>
          </thead>
          {runGroups(run, k).map((group) => (
            <tbody key={group.label}>
              <tr className="row-group">
                <th scope="rowgroup" colSpan={3 + rows.length}>
                  {group.label}
                </th>
              </tr>
              {group.metrics.map((metric) => (
                <MetricLine key={metric} {...{ run, rows, metric, hasBaseline }} />
              ))}
            </tbody>
          ))}
        </table>
      </div>
    </>
  );
}
