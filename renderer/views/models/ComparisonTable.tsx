import { CaretDownIcon, CaretUpIcon } from '@blueprintjs/icons';
import type { Job } from '#contract/job';
import type { Run } from '#contract/run';
import { JobStatusText } from '../../components/JobStatusText.tsx';
import { metricLabel, metricMeaning } from '../../format/metrics.ts';
import { formatMetric, formatMilliseconds, formatSize, formatStandardError } from '../../format/numbers.ts';
import { formatAge, formatDuration, formatMoment } from '../../format/time.ts';
import { useNow } from '../../store/use-now.ts';
import { bestOf, type Column, firstSorting, isOfOtherData, type Sorting, sortRuns } from './compare-runs.ts';

/** A model that is being trained, or whose last training failed. */
export interface Pending {
  model: string;
  label: string;
  job: Job;
}

interface HeadProps {
  column: Column | 'model';
  label: string;
  title?: string | undefined;
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
}

function Head({ column, label, title, sorting, onSort }: HeadProps) {
  const id = column === 'model' ? 'model' : column.id;
  const active = sorting.by === id;
  const next = active ? { by: id, descending: !sorting.descending } : firstSorting(column);
  return (
    <th
      scope="col"
      className={column === 'model' ? '' : 'number'}
      aria-sort={active ? (sorting.descending ? 'descending' : 'ascending') : 'none'}
    >
      <button type="button" className="sort-button" title={title} onClick={() => onSort(next)}>
        {label}
        {column !== 'model' && column.judged && !column.higherIsBetter && <span className="muted"> ↓</span>}
        {active && (sorting.descending ? <CaretDownIcon size={12} /> : <CaretUpIcon size={12} />)}
      </button>
    </th>
  );
}

function headTitle(column: Column): string {
  const meaning = metricMeaning(column.id);
  const way = column.judged ? `${column.higherIsBetter ? 'Higher' : 'Lower'} is better` : '';
  return [meaning && `${meaning.formula}.`, way && `${way}.`, 'Sorts the table.'].filter(Boolean).join(' ');
}

function valueText(column: Column, value: number, now: number): string {
  switch (column.id) {
    case 'seconds':
      return formatDuration(value);
    case 'memory':
      return formatSize(value);
    case 'latency':
      return formatMilliseconds(value);
    case 'createdAt':
      return formatAge(new Date(value).toISOString(), now);
    default:
      return formatMetric(value);
  }
}

function cellTitle(column: Column, run: Run): string | undefined {
  if (column.id === 'createdAt') return formatMoment(run.createdAt);
  if (column.id === 'seconds') return `${run.device.device.toUpperCase()}, ${run.device.backend} ${run.device.version}`;
  const interval = run.intervals?.[column.id];
  if (interval) return `95 % interval ${formatMetric(interval[0])} to ${formatMetric(interval[1])}`;
  return run.errors[column.id] === undefined ? undefined : 'With its standard error over users';
}

interface CellProps {
  column: Column;
  run: Run;
  best: number | undefined;
  now: number;
}

function Cell({ column, run, best, now }: CellProps) {
  const value = column.value(run);
  const error = run.errors[column.id];
  if (value === undefined)
    return (
      <td className="number">
        <span className="muted">–</span>
      </td>
    );
  return (
    <td className="number" title={cellTitle(column, run)}>
      <span className={value === best ? 'best' : ''}>{valueText(column, value, now)}</span>
      {value === best && <span className="visually-hidden"> best</span>}
      {error !== undefined && <span className="muted"> ± {formatStandardError(error)}</span>}
    </td>
  );
}

interface ComparisonTableProps {
  runs: readonly Run[];
  pending: readonly Pending[];
  columns: readonly Column[];
  sorting: Sorting;
  selected: string;
  onSort: (sorting: Sorting) => void;
  onSelect: (run: Run) => void;
}

/** The latest run of each model side by side; the best of each column marked, runs of other data marked and out of the contest. */
export function ComparisonTable({ runs, pending, columns, sorting, selected, onSort, onSelect }: ComparisonTableProps) {
  const now = useNow(30_000);
  // The newest comes first; none where all there is are trainings under way.
  const newest = runs[0];
  const comparable = runs.filter((run) => newest && !isOfOtherData(run, newest));
  const oracle = newest?.oracle;
  return (
    <div className="table-scroll">
      <table className="table comparison-table" data-testid="comparison-table">
        <thead>
          <tr>
            <Head column="model" label="Model" sorting={sorting} onSort={onSort} />
            {columns.map((column) => (
              <Head
                key={column.id}
                column={column}
                label={metricLabel(column.label)}
                title={headTitle(column)}
                sorting={sorting}
                onSort={onSort}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {sortRuns(runs, columns, sorting).map((run) => {
            const other = newest !== undefined && isOfOtherData(run, newest);
            const job = pending.find(({ model }) => model === run.model)?.job;
            return (
              <tr key={run.id} className={[run.id === selected ? 'selected' : '', other ? 'row-other' : ''].join(' ')}>
                <th scope="row">
                  <button type="button" className="link-button" aria-pressed={run.id === selected} onClick={() => onSelect(run)}>
                    {run.label}
                  </button>
                  {other && (
                    <span
                      className="muted"
                      title="The data or the test set has changed since this run: its numbers do not compare. Train it again."
                    >
                      {' '}
                      other data
                    </span>
                  )}
                  {job && <JobStatusText status={job.status} />}
                </th>
                {columns.map((column) => (
                  <Cell key={column.id} column={column} run={run} best={other ? undefined : bestOf(column, comparable)} now={now} />
                ))}
              </tr>
            );
          })}
          {pending
            .filter(({ model }) => !runs.some((run) => run.model === model))
            .map(({ model, label, job }) => (
              <tr key={model}>
                <th scope="row">{label}</th>
                <td colSpan={columns.length}>
                  <span className="comparison-job">
                    <JobStatusText status={job.status} />
                    <span className="muted clip wide" title={job.error?.message}>
                      {job.error?.message ?? job.progress?.phase}
                    </span>
                  </span>
                </td>
              </tr>
            ))}
        </tbody>
        {oracle && (
          <tfoot>
            <tr className="row-oracle">
              <th scope="row">Oracle (best reachable)</th>
              {columns.map((column) => (
                <td key={column.id} className="number">
                  {oracle[column.id] === undefined ? '' : formatMetric(oracle[column.id]!)}
                </td>
              ))}
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}
