import { Button } from '@blueprintjs/core';
import { useMemo } from 'react';
import type { Run } from '#contract/run';
import { Chart } from '../../charts/Chart.tsx';
import { curveFigure } from '../../charts/curve-figure.ts';
import { useChartTheme } from '../../charts/use-chart-theme.ts';
import { IdText } from '../../components/CopyButton.tsx';
import { Panel } from '../../components/Panel.tsx';
import { formatCount } from '../../format/numbers.ts';
import { formatValue } from '../../format/text.ts';
import { formatMoment } from '../../format/time.ts';
import { openView } from '../../store/store.ts';
import { RunMetrics } from './RunMetrics.tsx';
import { splitText } from './run-text.ts';
import { SlicesPanel } from './SlicesPanel.tsx';

function facts(run: Run): [string, string][] {
  const { counts } = run;
  const list: [string, string | undefined][] = [
    [
      'Trained on',
      `${formatCount(counts.train)} interactions of ${formatCount(counts.users)} users with ${formatCount(counts.items)} items`,
    ],
    ['Tested on', `${formatCount(counts.test)} interactions of ${formatCount(counts.testUsers)} users: ${splitText(run.split)}`],
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

/** One finished training: what it costs, its metrics beside the baselines, its curve, what made it, and for whom it is better or worse. */
export function RunDetail({ run }: { run: Run }) {
  const theme = useChartTheme();
  const figure = useMemo(() => curveFigure(run.curve, theme, run.bestEpoch), [run, theme]);
  return (
    <>
      <Panel
        title={`Run: ${run.label}`}
        note={
          <>
            <IdText id={run.id} label="run id" /> <span title={run.createdAt}>{formatMoment(run.createdAt)}</span>
          </>
        }
        actions={
          run.role === 'retrieval' && (
            <Button
              size="small"
              variant="outlined"
              text="Try it in the Playground"
              onClick={() => openView('playground', { run: run.id })}
            />
          )
        }
      >
        <RunMetrics run={run} />
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
      <SlicesPanel run={run} />
    </>
  );
}
