import { useState } from 'react';
import { isHeadline, ksOf, metricsAt } from '../format/metrics.ts';
import { formatMetric, formatShare, formatStandardError } from '../format/numbers.ts';
import { bestValue, differenceToBest, type MetricsRow, metricsOfRows } from './comparison.ts';
import { DifferenceText } from './DifferenceText.tsx';
import { ListLength } from './ListLength.tsx';
import { MetricName } from './MetricName.tsx';

/** The model beside its baselines and the oracle in the metrics that people choose by; values with standard errors, the best in bold, the difference to the best baseline below. */
export function MetricsTable({ rows, testId }: { rows: readonly MetricsRow[]; testId?: string }) {
  const all = metricsOfRows(rows);
  const ks = ksOf(all);
  const [wanted, setWanted] = useState<string>();
  const k = wanted !== undefined && ks.includes(wanted) ? wanted : ks[0];
  const metrics = metricsAt(all, k).filter(isHeadline);
  const oracle = rows.find((row) => row.kind === 'oracle')?.metrics;
  const model = rows[0]?.metrics;
  const hasBaseline = rows.some((row) => row.kind === 'baseline');
  return (
    <div className="table-scroll">
      <table className="table metrics-table" data-testid={testId}>
        <thead>
          <tr>
            <th scope="col">{ks.length > 1 ? <ListLength ks={ks} k={k} onK={setWanted} /> : 'Model'}</th>
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
                <th scope="row">Share of the oracle</th>
                {metrics.map((metric) => (
                  <td key={metric} className="number">
                    {model?.[metric] === undefined || !oracle[metric] ? '' : formatShare(model[metric] / oracle[metric])}
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
