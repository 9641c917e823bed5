import { Button, HTMLSelect } from '@blueprintjs/core';
import { ConsoleIcon } from '@blueprintjs/icons';
import { useMemo } from 'react';
import type { Explored, ExploreFilter, ExplorePanel } from '#contract/explore';
import { Chart } from '../../charts/Chart.tsx';
import { useChartTheme } from '../../charts/use-chart-theme.ts';
import { openInConsole } from '../../client/open-in-console.ts';
import { type Answer, useOperation } from '../../client/use-operation.ts';
import { Figure } from '../../components/Figure.tsx';
import { NeedsWorkspace } from '../../components/NeedsWorkspace.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Answered, Empty, Skeleton } from '../../components/States.tsx';
import { ViewHeader } from '../../components/ViewHeader.tsx';
import { formatCount, formatShare } from '../../format/numbers.ts';
import { formatDay } from '../../format/time.ts';
import { openView } from '../../store/store.ts';
import { useViewState } from '../../store/use-view-state.ts';
import { figures } from './explore-figures.ts';
import { isoOfAxis, numberOf, textOf } from './explored.ts';

type Plotted = Exclude<ExplorePanel, 'overview'>;

const titles: Record<Plotted, string> = {
  time: 'When things happen',
  popularity: 'How popularity is spread',
  activity: 'How active users and items are',
  newcomers: 'When users and items come',
  'cold-start': 'What a test set would not know',
  sessions: 'How long sessions are',
  hours: 'Hours of the week',
  cohorts: 'What cohorts look at',
  together: 'Which items go together',
};

const plots: readonly Plotted[] = ['popularity', 'activity', 'newcomers', 'cold-start', 'sessions', 'hours', 'cohorts', 'together'];

function useExplored(panel: ExplorePanel, filter: ExploreFilter): Answer<Explored> {
  return useOperation('explore.panel', { panel, filter }, ['data', 'workspace']);
}

function OpenSql({ explored, title }: { explored: Explored; title: string }) {
  return (
    <Button
      size="small"
      variant="minimal"
      icon={<ConsoleIcon size={14} />}
      aria-label={`Open ${title} in SQL`}
      title="Open the statement in SQL"
      onClick={() => openInConsole(explored.sql)}
    />
  );
}

interface PlotProps {
  panel: Plotted;
  filter: ExploreFilter;
  height: number;
  onZoom?: (range: [string, string] | null) => void;
}

function Plot({ panel, filter, height, onZoom }: PlotProps) {
  const theme = useChartTheme();
  const answer = useExplored(panel, filter);
  const title = titles[panel];
  const figure = useMemo(() => (answer.data ? figures[panel](answer.data, theme) : undefined), [answer.data, panel, theme]);
  return (
    <Panel title={title} testId={`explore-${panel}`}>
      <Answered answer={answer} skeleton={<Skeleton rows={6} height={Math.floor(height / 8)} />}>
        {(explored) =>
          explored.rows.length === 0 ? (
            <p className="muted">{figure?.caption}</p>
          ) : (
            <Chart figure={figure!} label={title} height={height} onZoom={onZoom} tools={<OpenSql explored={explored} title={title} />} />
          )
        }
      </Answered>
    </Panel>
  );
}

function Overview({ filter }: { filter: ExploreFilter }) {
  const answer = useExplored('overview', filter);
  return (
    <Answered answer={answer} skeleton={<Skeleton rows={2} height={24} />}>
      {(explored) => {
        const [interactions, users, items, pairs] = (explored.rows[0] ?? []).slice(0, 4).map(numberOf) as [number, number, number, number];
        const [first, last] = [textOf(explored.rows[0]?.[4]), textOf(explored.rows[0]?.[5])];
        const about = explored.facts.about === true ? 'about ' : '';
        const density = users * items > 0 ? pairs / (users * items) : 0;
        return (
          <div className="figures" data-testid="explore-overview">
            <Figure
              label="Interactions"
              value={formatCount(interactions)}
              note={first ? `${formatDay(first)} – ${formatDay(last)}` : 'no times'}
            />
            <Figure label="Users" value={formatCount(users)} note={`${(interactions / Math.max(1, users)).toFixed(1)} interactions each`} />
            <Figure label="Items" value={formatCount(items)} note={`${(interactions / Math.max(1, items)).toFixed(1)} interactions each`} />
            <Figure
              label="Pairs"
              value={formatCount(pairs)}
              note={`${about}${formatShare(pairs / Math.max(1, interactions))} of the interactions are a first`}
            />
            <Figure
              label="Density"
              value={formatShare(density)}
              note={`${about}${formatShare(1 - density)} of user × item cells are empty`}
            />
          </div>
        );
      }}
    </Answered>
  );
}

interface ExploreState {
  from: string;
  to: string;
  type: string;
}

function Contents() {
  const [state, patch] = useViewState<ExploreState>('explore', { from: '', to: '', type: '' });
  const filter: ExploreFilter = {
    ...(state.from ? { from: state.from } : {}),
    ...(state.to ? { to: state.to } : {}),
    ...(state.type ? { eventTypes: [state.type] } : {}),
  };
  const whole = useExplored('time', {});
  const types = useMemo(() => [...new Set((whole.data?.rows ?? []).map((row) => textOf(row[1])))].sort(), [whole.data]);
  const counts = useExplored('overview', {});
  if (counts.data && numberOf(counts.data.rows[0]?.[0]) === 0) {
    return (
      <Panel>
        <Empty action={<Button variant="outlined" text="Open Data" onClick={() => openView('data')} />}>
          There is nothing to look at yet: import interactions first.
        </Empty>
      </Panel>
    );
  }
  const narrowed = state.from !== '' || state.type !== '';
  return (
    <>
      <div className="button-row explore-filter">
        <HTMLSelect
          aria-label="Event type"
          value={state.type}
          options={[{ value: '', label: 'All event types' }, ...types.map((value) => ({ value }))]}
          onChange={(event) => patch({ type: event.currentTarget.value })}
        />
        <span className="muted">
          {state.from
            ? `From ${state.from.slice(0, 16).replace('T', ' ')} to ${state.to.slice(0, 16).replace('T', ' ')} UTC`
            : 'Drag over the first plot to look at a part of the time'}
        </span>
        {narrowed && <Button size="small" variant="outlined" text="Show all" onClick={() => patch({ from: '', to: '', type: '' })} />}
      </div>
      <Overview filter={filter} />
      <Plot
        panel="time"
        filter={state.type ? { eventTypes: [state.type] } : {}}
        height={180}
        onZoom={(range) => patch(range ? { from: isoOfAxis(range[0]), to: isoOfAxis(range[1]) } : { from: '', to: '' })}
      />
      <div className="columns-2">
        {plots.map((panel) => (
          <Plot key={panel} panel={panel} filter={filter} height={panel === 'together' ? 320 : 220} />
        ))}
      </div>
    </>
  );
}

export function Explore() {
  return (
    <>
      <ViewHeader title="Explore" purpose="What is in the interactions: each plot answers a question, and opens as SQL." />
      <NeedsWorkspace>
        <Contents />
      </NeedsWorkspace>
    </>
  );
}
