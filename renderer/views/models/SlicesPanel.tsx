import { SegmentedControl } from '@blueprintjs/core';
import type { Run } from '#contract/run';
import { enoughUsers } from '#contract/verdict';
import { DotInterval } from '../../components/DotInterval.tsx';
import { scaleOver } from '../../components/interval-scale.ts';
import { Panel } from '../../components/Panel.tsx';
import { SortHead } from '../../components/SortHead.tsx';
import type { Sorting } from '../../components/sorting.ts';
import { metricLabel } from '../../format/metrics.ts';
import { formatBare, formatCount, formatDifference, formatMetric, formatRange } from '../../format/numbers.ts';
import { useViewState } from '../../store/use-view-state.ts';
import { type SliceCell, type SliceRow, sliceGroups, sliceMetrics, slicesText, sortSlices } from './slices.ts';

interface SlicesState {
  /** Whose differences and intervals are drawn. */
  metric: string;
  sorting: Sorting;
}

const initial: SlicesState = { metric: '', sorting: { by: '', descending: false } };
const tones = { above: 'good', below: 'danger', around: 'unclear' } as const;

function DifferenceCell({ cell }: { cell: SliceCell }) {
  if (cell.difference === undefined) return <span className="muted">–</span>;
  const state = cell.side === 'around' ? 'muted' : cell.side === 'above' ? 'state-good' : 'state-danger';
  return (
    <span className={state} title={cell.side === 'around' ? 'May be chance: within its interval, or of few users' : 'Outside its interval'}>
      {cell.worst && <strong className="slice-worst">worst </strong>}
      {cell.side === 'around' ? '' : cell.side === 'above' ? '▲ ' : '▼ '}
      {formatDifference(cell.difference)}
    </span>
  );
}

interface SliceLineProps {
  row: SliceRow;
  metrics: readonly string[];
  shown: string;
  whole: number;
  scale: readonly [number, number];
}

function SliceLine({ row, metrics, shown, whole, scale }: SliceLineProps) {
  const cell = row.cells[shown];
  return (
    <tr>
      <th scope="row" title={[row.name, row.detail].filter(Boolean).join(', ')}>
        {row.name} {row.detail && <span className="muted slice-detail">{row.detail}</span>}
      </th>
      <td className="number">{formatCount(row.users)}</td>
      {metrics.map((metric) => {
        const own = row.cells[metric];
        return (
          <td
            key={metric}
            className="number"
            title={own && (own.interval ? `95 % interval ${formatRange(own.interval)}` : 'Too few users for an interval')}
          >
            {own ? formatMetric(own.value) : <span className="muted">–</span>}
          </td>
        );
      })}
      <td className="number muted">{cell && (cell.interval ? formatRange(cell.interval) : 'too few users')}</td>
      <td className="number">{cell && <DifferenceCell cell={cell} />}</td>
      <td className="dot-cell">
        {cell?.interval && cell.difference !== undefined && (
          <DotInterval
            value={cell.value}
            interval={cell.interval}
            scale={scale}
            reference={whole}
            tone={tones[cell.side]}
            label={`${row.name}: ${formatMetric(cell.value)}, 95 % ${formatRange(cell.interval)}, the whole ${formatMetric(whole)}`}
          />
        )}
      </td>
    </tr>
  );
}

/** For whom, and for what, a run is better or worse than on the whole. */
export function SlicesPanel({ run }: { run: Run }) {
  const [state, patch] = useViewState('models.slices', initial);
  const groups = sliceGroups(run);
  const metrics = sliceMetrics(run);
  const shown = metrics.includes(state.metric) ? state.metric : metrics[0];
  if (shown === undefined) {
    if (run.role === 'ranking') return null;
    return (
      <Panel title="Slices">
        <p className="muted">This run was measured by an earlier version, without slices. Train the model again to have them.</p>
      </Panel>
    );
  }
  const whole = run.metrics[shown] as number;
  const cells = groups.filter(({ of }) => of === 'users').flatMap(({ rows }) => rows.flatMap((row) => row.cells[shown] ?? []));
  const scale = scaleOver([whole, ...cells.flatMap(({ interval }) => interval ?? [])]);
  const sort = { sorting: state.sorting, onSort: (sorting: Sorting) => patch({ sorting }) };
  return (
    <Panel
      title="Slices"
      note={`for whom ${run.label} is better or worse`}
      flush
      testId="slices"
      actions={
        metrics.length > 1 && (
          <SegmentedControl
            size="small"
            aria-label="Metric whose differences are shown"
            value={shown}
            options={metrics.map((value) => ({ value, label: metricLabel(value) }))}
            onValueChange={(metric) => patch({ metric })}
          />
        )
      }
    >
      <p className="panel-text">{slicesText(groups, shown)}</p>
      <div className="table-scroll">
        <table className="table slices-table">
          <thead>
            <tr>
              <SortHead first={{ by: 'name', descending: false }} {...sort}>
                Slice
              </SortHead>
              <SortHead first={{ by: 'users', descending: true }} number {...sort}>
                Users
              </SortHead>
              {metrics.map((metric) => (
                <SortHead key={metric} first={{ by: metric, descending: false }} number title="Sorts within the groups" {...sort}>
                  {metricLabel(metric)}
                </SortHead>
              ))}
              <th scope="col" className="number">
                95 %
              </th>
              <th scope="col" className="number">
                To the whole
              </th>
              <th scope="col" className="dot-cell" title={`${metricLabel(shown)} with its interval; the line is the whole`}>
                <span className="dot-axis">
                  <span>{formatBare(scale[0])}</span>
                  <span>{formatBare(scale[1])}</span>
                </span>
              </th>
            </tr>
          </thead>
          <tbody>
            <tr className="row-whole">
              <th scope="row">The whole</th>
              <td className="number">{formatCount(run.counts.testUsers)}</td>
              {metrics.map((metric) => (
                <td key={metric} className="number">
                  {formatMetric(run.metrics[metric] as number)}
                </td>
              ))}
              <td className="number muted">{run.intervals?.[shown] && formatRange(run.intervals[shown])}</td>
              <td />
              <td className="dot-cell">
                <DotInterval
                  value={whole}
                  interval={run.intervals?.[shown] ?? [whole, whole]}
                  scale={scale}
                  reference={whole}
                  tone="unclear"
                  label={`The whole: ${formatMetric(whole)}`}
                />
              </td>
            </tr>
          </tbody>
          {groups.map((group) => (
            <tbody key={group.key}>
              <tr className="row-group">
                <th scope="rowgroup" colSpan={5 + metrics.length}>
                  {group.label}
                  {group.of === 'items' && <span className="muted"> · compare between models, not with the whole</span>}
                </th>
              </tr>
              {sortSlices(group.rows, state.sorting).map((row) => (
                <SliceLine key={`${row.name} ${row.detail}`} {...{ row, metrics, shown, whole, scale }} />
              ))}
            </tbody>
          ))}
        </table>
      </div>
      <p className="panel-text muted table-note">
        ▲▼ and a filled dot: the interval lies wholly above or below the whole’s value, which is the line; slices of fewer than{' '}
        {enoughUsers} users have no interval. Slices of items count, of each user, only the held-out items in the slice, while the lists
        hold all items: what is less popular scores lower by construction, so compare them between models, not with the whole. Intervals are
        of single slices: of twenty that are like the whole, one lies beside it by chance.
      </p>
    </Panel>
  );
}
