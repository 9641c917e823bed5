import { shareOfOracle } from '../format/metrics.ts';
import { formatDifference, formatMetric, formatStandardError } from '../format/numbers.ts';
import { bestValue, type Difference, differenceToBest, type MetricsRow, metricsOfRows } from './comparison.ts';
import { MetricName } from './MetricName.tsx';

function DifferenceText({ difference }: { difference: Difference }) {
  const better = difference.gain > 0;
  const state = difference.clear === false ? 'muted' : better ? 'state-good' : 'state-danger';
  const words = difference.clear === undefined ? '' : difference.clear ? '> 2 s.e.' : 'within 2 s.e.';
  return (
    <span className={state} title={words && 's.e.: standard error of the model’s metric, over users'}>
      {difference.value === 0 ? '' : better ? '▲ ' : '▼ '}
      {formatDifference(difference.value)}
      {words && <span className="difference-words">{words}</span>}
    </span>
  );
}

/** The model beside its baselines and the oracle; values with standard errors, the best in bold, the difference to the best baseline below. */
export function MetricsTable({ rows, testId }: { rows: readonly MetricsRow[]; testId?: string }) {
  const metrics = metricsOfRows(rows);
  const oracle = rows.find((row) => row.kind === 'oracle')?.metrics;
  const model = rows[0]?.metrics;
  const hasBaseline = rows.some((row) => row.kind === 'baseline');
  return (
    <div className="table-scroll">
      <table className="table metrics-table" data-testid={testId}>
        <thead>
          <tr>
            <th scope="col">Model</th>
            {metrics.map((metric) => (
              <th key={metric} scope="col" className="number">
                <MetricName name={metric} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.kind} ${row.label}`} className={`row-${row.kind}`}>
              <th scope="row">{row.label}</th>
              {metrics.map((metric) => {
                const value = row.metrics[metric];
                const error = row.errors?.[metric];
                const best = row.kind !== 'oracle' && value !== undefined && value === bestValue(rows, metric);
                return (
                  <td key={metric} className="number">
                    {value === undefined ? (
                      <span className="muted">–</span>
                    ) : (
                      <span className={best ? 'best' : ''}>{formatMetric(value)}</span>
                    )}
                    {error !== undefined && <span className="muted"> ± {formatStandardError(error)}</span>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
        {(hasBaseline || oracle) && (
          <tfoot>
            {hasBaseline && (
              <tr>
                <th scope="row">Against the best baseline</th>
                {metrics.map((metric) => {
                  const difference = differenceToBest(rows, metric);
                  return (
                    <td key={metric} className="number">
                      {difference && <DifferenceText difference={difference} />}
                    </td>
                  );
                })}
              </tr>
            )}
            {oracle && (
              <tr>
                <th scope="row">Against the oracle</th>
                {metrics.map((metric) => (
                  <td key={metric} className="number">
                    {model?.[metric] === undefined ? '' : shareOfOracle(model[metric], oracle[metric])}
                  </td>
                ))}
              </tr>
            )}
          </tfoot>
        )}
      </table>
    </div>
  );
}
