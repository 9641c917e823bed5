import type { Run } from '#contract/run';
import { metricLabel } from '../../format/metrics.ts';
import { formatInterval } from '../../format/numbers.ts';
import { formatAge, formatDuration, formatMoment } from '../../format/time.ts';
import { useNow } from '../../store/use-now.ts';
import { headlineMetric, splitText } from './run-text.ts';

interface RunsTableProps {
  runs: readonly Run[];
  selected: string | undefined;
  onSelect: (run: Run) => void;
}

/** The latest runs with the metric that tells most. */
export function RunsTable({ runs, selected, onSelect }: RunsTableProps) {
  const now = useNow(30_000);
  return (
    <div className="table-scroll">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Model</th>
            <th scope="col">Metric</th>
            <th scope="col" className="number">
              Value
            </th>
            <th scope="col">Test set</th>
            <th scope="col" className="number">
              Took
            </th>
            <th scope="col">Trained</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => {
            const metric = headlineMetric(run);
            return (
              <tr key={run.id} className={run.id === selected ? 'selected' : ''}>
                <th scope="row">
                  <button type="button" className="link-button code" aria-pressed={run.id === selected} onClick={() => onSelect(run)}>
                    {run.id}
                  </button>
                </th>
                <td>{run.label}</td>
                <td>{metric === undefined ? '–' : metricLabel(metric)}</td>
                <td className="number">{metric === undefined ? '–' : formatInterval(run.metrics[metric]!, run.errors[metric])}</td>
                <td>{splitText(run.split)}</td>
                <td className="number">{formatDuration(run.seconds)}</td>
                <td title={formatMoment(run.createdAt)}>{formatAge(run.createdAt, now)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
