import type { Job } from '#contract/job';
import type { Run } from '#contract/run';
import { JobStatusText } from '../../components/JobStatusText.tsx';
import { SortHead } from '../../components/SortHead.tsx';
import type { Sorting } from '../../components/sorting.ts';
import { metricLabel, metricMeaning } from '../../format/metrics.ts';
import { formatMetric, formatRange, formatStandardError } from '../../format/numbers.ts';
import { formatMoment } from '../../format/time.ts';
import { useNow } from '../../store/use-now.ts';
import { bestOf, type Column, firstSorting, isOfOtherData, sortRuns, valueText } from './compare-runs.ts';

/** A model that is being trained, or whose last training failed. */
export interface Pending {
  model: string;
  label: string;
  job: Job;
}

interface HeadProps {
  column: Column;
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
}

function Head({ column, ...rest }: HeadProps) {
  return (
    <SortHead first={firstSorting(column)} title={headTitle(column)} number {...rest}>
      {metricLabel(column.label)}
      {column.judged && !column.higherIsBetter && <span className="muted"> ↓</span>}
    </SortHead>
  );
}

function headTitle(column: Column): string {
  const meaning = metricMeaning(column.id);
  const way = column.judged ? `${column.higherIsBetter ? 'Higher' : 'Lower'} is better` : '';
  return [meaning && `${meaning.formula}.`, way && `${way}.`, 'Sorts the table.'].filter(Boolean).join(' ');
}

function cellTitle(column: Column, run: Run): string | undefined {
  if (column.id === 'createdAt') return formatMoment(run.createdAt);
  if (column.id === 'seconds') return `${run.device.device.toUpperCase()}, ${run.device.backend} ${run.device.version}`;
  const interval = run.intervals?.[column.id];
  if (interval) return `95 % interval ${formatRange(interval)}`;
  const error = run.errors[column.id];
  return error === undefined ? undefined : `Standard error over users ${formatStandardError(error)}`;
}

interface CellProps {
  column: Column;
  run: Run;
  best: number | undefined;
  /** Whether the standard error stands behind the value. */
  withError: boolean;
  now: number;
}

function Cell({ column, run, best, withError, now }: CellProps) {
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
      {withError && error !== undefined && <span className="muted"> ± {formatStandardError(error)}</span>}
    </td>
  );
}

interface ComparisonTableProps {
  runs: readonly Run[];
  pending: readonly Pending[];
  columns: readonly Column[];
  sorting: Sorting;
  selected: string;
  /** Runs that are ticked for a duel; nothing where there can be none. */
  picked: readonly string[] | undefined;
  onPick: (run: Run) => void;
  onSort: (sorting: Sorting) => void;
  onSelect: (run: Run) => void;
}

/** The latest run of each model side by side; the best of each column marked, runs of other data marked and out of the contest. */
export function ComparisonTable({ runs, pending, columns, sorting, selected, picked, onPick, onSort, onSelect }: ComparisonTableProps) {
  const now = useNow(30_000);
  // The newest comes first; none where all there is are trainings under way.
  const newest = runs[0];
  const comparable = runs.filter((run) => newest && !isOfOtherData(run, newest));
  const oracle = newest?.oracle;
  // There is room for the errors of one metric: the one that is looked at.
  const spread = runs.some(({ errors }) => errors[sorting.by] !== undefined) ? sorting.by : columns[0]?.id;
  return (
    <div className="table-scroll">
      <table className="table comparison-table" data-testid="comparison-table">
        <thead>
          <tr>
            {picked && (
              <th scope="col" className="pick-cell">
                <span className="visually-hidden">Duel</span>
              </th>
            )}
            <SortHead first={firstSorting('model')} sorting={sorting} onSort={onSort}>
              Model
            </SortHead>
            {columns.map((column) => (
              <Head key={column.id} column={column} sorting={sorting} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sortRuns(runs, columns, sorting).map((run) => {
            const other = newest !== undefined && isOfOtherData(run, newest);
            const job = pending.find(({ model }) => model === run.model)?.job;
            return (
              <tr key={run.id} className={[run.id === selected ? 'selected' : '', other ? 'row-other' : ''].join(' ')}>
                {picked && (
                  <td className="pick-cell">
                    <input
                      type="checkbox"
                      className="pick"
                      aria-label={`Set ${run.label} against another model`}
                      title="Tick two models to set them against each other"
                      checked={picked.includes(run.id)}
                      onChange={() => onPick(run)}
                    />
                  </td>
                )}
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
                  <Cell
                    key={column.id}
                    column={column}
                    run={run}
                    best={other ? undefined : bestOf(column, comparable)}
                    withError={column.id === spread}
                    now={now}
                  />
                ))}
              </tr>
            );
          })}
          {pending
            .filter(({ model }) => !runs.some((run) => run.model === model))
            .map(({ model, label, job }) => (
              <tr key={model}>
                {picked && <td />}
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
              {picked && <td />}
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
