import { useMemo } from 'react';
import type { ServerStatus } from '#contract/server';
import { Chart } from '../../../charts/Chart.tsx';
import type { Figure } from '../../../charts/figure.ts';
import { useChartTheme } from '../../../charts/use-chart-theme.ts';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { Panel } from '../../../components/Panel.tsx';
import { Empty, Skeleton } from '../../../components/States.tsx';
import { idleText } from '../idle-text.ts';
import { useTrafficLog } from '../use-traffic.ts';
import { errorsOf } from './captions.ts';
import { figures } from './figures.ts';
import { trafficWindow } from './traffic-window.ts';

const redrawEveryMs = 2000;

const plots = [
  ['rate', 'Rate'],
  ['latency', 'Latency'],
  ['sources', 'Sources'],
  ['errors', 'Errors'],
] as const;

/** A plot that has nothing to show says so in its caption alone. */
function Plot({ title, figure, empty }: { title: string; figure: Figure; empty: boolean }) {
  return (
    <Panel title={title} testId={`traffic-${title.toLowerCase()}`}>
      {empty ? (
        <p className="plot-empty muted">{figure.caption}</p>
      ) : (
        <Chart figure={figure} label={`${title} of the last ten minutes`} height={152} />
      )}
    </Panel>
  );
}

/** Ten minutes of rate, latency, sources and errors, second by second. */
export function Traffic({ status }: { status: ServerStatus }) {
  const { log, error, server } = useTrafficLog();
  const theme = useChartTheme();
  const startedMs = status.startedAt ? Date.parse(status.startedAt) : null;
  // Of ten minutes a second is less than a pixel: the plots are drawn every other one, and leave the processors to the server.
  const drawnAt = Math.floor(Date.now() / redrawEveryMs);
  const some = log.seconds.length > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `drawnAt`, `some` and `server` say when the seconds are looked at anew.
  const window = useMemo(() => trafficWindow(log.seconds, startedMs, Date.now()), [drawnAt, some, server, startedMs]);
  const drawn = useMemo(() => plots.map(([name, title]) => ({ title, figure: figures[name](window, theme) })), [window, theme]);
  const running = status.state === 'running';
  if (!running) {
    return (
      <Panel>
        <Empty>{idleText(status.state, 'rate, latency, sources and errors are drawn')}</Empty>
      </Panel>
    );
  }
  if (error && log.seconds.length === 0) return <ErrorNote error={error} />;
  if (server === null) return <Skeleton rows={8} height={32} />;
  if (log.seconds.length === 0) {
    return (
      <Panel>
        <Empty>No request in the last ten minutes: Try sends one, and so does any program at the address above.</Empty>
      </Panel>
    );
  }
  return (
    <>
      {error && <ErrorNote error={error} />}
      <div className="traffic-plots">
        {drawn.map(({ title, figure }) => (
          <Plot
            key={title}
            title={title}
            figure={figure}
            empty={(title === 'Errors' && errorsOf(window) === 0) || (title === 'Sources' && figure.data.length === 0)}
          />
        ))}
      </div>
    </>
  );
}
