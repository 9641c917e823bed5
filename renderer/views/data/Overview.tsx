import { useMemo } from 'react';
import type { DataProfile, DataSeries } from '#contract/data';
import { Chart } from '../../charts/Chart.tsx';
import { useChartTheme } from '../../charts/use-chart-theme.ts';
import { Figure } from '../../components/Figure.tsx';
import { Panel } from '../../components/Panel.tsx';
import { formatCount, formatShare } from '../../format/numbers.ts';
import { formatDay } from '../../format/time.ts';
import { dailyFigure, popularityFigure } from './figures.ts';

/** The figures of the data set in one row. */
export function Counts({ profile }: { profile: DataProfile }) {
  const period = profile.firstAt && profile.lastAt ? `${formatDay(profile.firstAt)} – ${formatDay(profile.lastAt)}` : 'no timestamps';
  return (
    <div className="figures">
      <Figure label="Interactions" value={formatCount(profile.interactions)} note={period} />
      <Figure label="Users" value={formatCount(profile.users)} />
      <Figure label="Items" value={formatCount(profile.items)} />
      <Figure label="Density" value={formatShare(profile.density)} note="of user × item cells filled" />
      <Figure label="Item Gini" value={profile.itemGini.toFixed(2)} note="0 even, 1 all on one item" />
      <Figure
        label="Event types"
        value={formatCount(profile.eventTypes.length)}
        note={profile.eventTypes.map((type) => `${type.type} × ${type.weight}`).join(', ')}
      />
    </div>
  );
}

/** The two plots. */
export function Plots({ series }: { series: DataSeries }) {
  const theme = useChartTheme();
  const daily = useMemo(() => dailyFigure(series.daily, theme), [series, theme]);
  const popularity = useMemo(() => popularityFigure(series.popularity, theme), [series, theme]);
  return (
    <div className="columns-2">
      <Panel title="Interactions over time">
        {series.daily.length ? (
          <Chart figure={daily} label="Interactions over time" height={220} />
        ) : (
          <p className="muted">{daily.caption}</p>
        )}
      </Panel>
      <Panel title="Item popularity">
        <Chart figure={popularity} label="Item popularity" height={220} />
      </Panel>
    </div>
  );
}
