import { Button } from '@blueprintjs/core';
import { useMemo } from 'react';
import type { Run } from '#contract/run';
import { Chart } from '../../charts/Chart.tsx';
import { curveFigure } from '../../charts/curve-figure.ts';
import { useChartTheme } from '../../charts/use-chart-theme.ts';
import { IdText } from '../../components/CopyButton.tsx';
import { rowsOfRun } from '../../components/comparison.ts';
import { MetricsTable } from '../../components/MetricsTable.tsx';
import { Panel } from '../../components/Panel.tsx';
import { formatCount, formatRate, formatSize } from '../../format/numbers.ts';
import { formatValue } from '../../format/text.ts';
import { formatDuration, formatMoment } from '../../format/time.ts';
import { openView } from '../../store/store.ts';
import { splitText } from './run-text.ts';

function facts(run: Run): [string, string][] {
  const { counts } = run;
  const list: [string, string | undefined][] = [
    [
      'Trained on',
      `${formatCount(counts.train)} interactions of ${formatCount(counts.users)} users with ${formatCount(counts.items)} items`,
    ],
    ['Tested on', `${formatCount(counts.test)} interactions of ${formatCount(counts.testUsers)} users: ${splitText(run.split)}`],
    [
      'Took',
      [formatDuration(run.seconds), run.examplesPerSecond === undefined ? undefined : formatRate(run.examplesPerSecond, 'examples')]
        .filter(Boolean)
        .join(', '),
    ],
    ['Peak memory', run.peakMemoryBytes === undefined ? undefined : formatSize(run.peakMemoryBytes)],
    ['Device', `${run.device.device.toUpperCase()}, ${run.device.backend} ${run.device.version}`],
    ['Seed', String(run.seed)],
    [
      'Chosen by validation',
      Object.entries(run.settled ?? {})
        .map(([name, value]) => `${name} ${formatValue(value)}`)
        .join(', '),
    ],
    [
      'Parameters',
      Object.entries(run.params)
        .map(([name, value]) => `${name} ${formatValue(value)}`)
        .join(', '),
    ],
  ];
  return list.filter((row): row is [string, string] => row[1] !== undefined && row[1] !== '');
}

/** One finished training: its metrics beside the baselines, its curve, and what made it. */
export function RunDetail({ run }: { run: Run }) {
  const theme = useChartTheme();
  const figure = useMemo(() => curveFigure(run.curve, theme, run.bestEpoch), [run, theme]);
  return (
    <Panel
      title={`Run: ${run.label}`}
      note={
        <>
          <IdText id={run.id} label="run id" /> <span title={run.createdAt}>{formatMoment(run.createdAt)}</span>
        </>
      }
      actions={
        run.role === 'retrieval' && (
          <Button size="small" variant="outlined" text="Try it in the Playground" onClick={() => openView('playground', { run: run.id })} />
        )
      }
    >
      <MetricsTable rows={rowsOfRun(run)} testId="metrics-table" />
      {run.curve.length > 0 && <Chart figure={figure} label={`Training curve of ${run.label}`} height={240} />}
      <dl className="facts">
        {facts(run).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
