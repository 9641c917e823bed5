import type { ServerStatus } from '#contract/server';
import { Figure } from '../../components/Figure.tsx';
import { formatCount, formatMilliseconds, formatRate, formatShare } from '../../format/numbers.ts';

/** What the server answered since it started. */
export function ServerFigures({ status }: { status: ServerStatus }) {
  const latency = (value: number | null) => (value === null ? '–' : formatMilliseconds(value));
  return (
    <div className="figures">
      <Figure label="Requests" value={formatCount(status.requests)} testId="request-count" />
      <Figure label="Rate" value={formatRate(status.requestsPerSecond)} />
      <Figure label="p50" value={latency(status.p50Ms)} />
      <Figure label="p99" value={latency(status.p99Ms)} />
      <Figure
        label="Server errors"
        value={
          <>
            {formatCount(status.errors)}
            {status.errors > 0 && <span className="figure-share">{formatShare(status.errors / status.requests)}</span>}
          </>
        }
      />
      <Figure label="Events received" value={formatCount(status.events)} testId="event-count" />
    </div>
  );
}
