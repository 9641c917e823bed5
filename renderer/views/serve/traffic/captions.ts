import type { TrafficSecond } from '#contract/server';
import { countOf, formatCount, formatMilliseconds, formatRate, formatShare } from '../../../format/numbers.ts';
import { listOf } from '../../../format/text.ts';
import { localStamp, type TrafficWindow } from './traffic-window.ts';

/** `the last 10 minutes`, or less of a server that is younger. */
export function spanText({ spanMs }: Pick<TrafficWindow, 'spanMs'>): string {
  const minutes = Math.round(spanMs / 60_000);
  return minutes <= 1 ? 'the last minute' : `the last ${minutes} minutes`;
}

const filled = ({ seconds }: TrafficWindow): TrafficSecond[] => seconds.filter((second) => second !== null);
const requestsOf = (window: TrafficWindow): number => filled(window).reduce((sum, second) => sum + second.requests, 0);

/** Errors of the window. */
export const errorsOf = (window: TrafficWindow): number => filled(window).reduce((sum, second) => sum + second.errors, 0);

export function rateCaption(window: TrafficWindow): string {
  const total = requestsOf(window);
  if (total === 0) return `No request in ${spanText(window)}.`;
  const peak = window.seconds.reduce(
    (best, second, at) => ((second?.requests ?? 0) > (window.seconds[best]?.requests ?? 0) ? at : best),
    0,
  );
  const time = localStamp(window.times[peak] ?? 0).slice(11);
  const most = window.seconds[peak]?.requests ?? 0;
  return `${countOf(total, 'request')} in ${spanText(window)}, ${formatRate(total / window.seconds.length)} on average; most were ${formatCount(most)} in a second, at ${time}.`;
}

/** Of values with weights, the one that half of the weight does not exceed. */
function weightedMedian(pairs: readonly (readonly [value: number, weight: number])[]): number | undefined {
  const sorted = [...pairs].sort((a, b) => a[0] - b[0]);
  const half = sorted.reduce((sum, [, weight]) => sum + weight, 0) / 2;
  let reached = 0;
  return sorted.find(([, weight]) => {
    reached += weight;
    return reached >= half;
  })?.[0];
}

export function latencyCaption(window: TrafficWindow): string {
  const known = filled(window);
  const medians = known.flatMap((second) => (second.p50Ms === null ? [] : [[second.p50Ms, second.requests] as const]));
  const usual = weightedMedian(medians);
  const slowest = known.reduce<TrafficSecond | undefined>(
    (worst, second) => ((second.p99Ms ?? -1) > (worst?.p99Ms ?? -1) ? second : worst),
    undefined,
  );
  if (usual === undefined || !slowest || slowest.p99Ms === null) return `No latency is known of ${spanText(window)}.`;
  const time = localStamp(slowest.timeMs).slice(11);
  return `p50 was ${formatMilliseconds(usual)} in the typical second; the slowest one, at ${time}, had a p99 of ${formatMilliseconds(slowest.p99Ms)}.`;
}

/** How many lists each stage made. */
export function sourceTotals(window: TrafficWindow): Map<string, number> {
  const totals = new Map<string, number>();
  for (const second of filled(window))
    for (const [source, count] of Object.entries(second.sources)) if (count > 0) totals.set(source, (totals.get(source) ?? 0) + count);
  return totals;
}

const made: Record<string, string> = {
  ranker: 'by the ranker',
  retrieval: 'by retrieval alone',
  cached: 'from an older list, because the stages failed or were late',
  cache: 'from the cache',
  popularity: 'by popularity',
  random: 'by chance',
};

export function sourcesCaption(window: TrafficWindow): string {
  const totals = sourceTotals(window);
  const all = [...totals.values()].reduce((sum, count) => sum + count, 0);
  if (all === 0) return `No list was asked for in ${spanText(window)}.`;
  const parts = [...totals]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([source, count]) => `${formatShare(count / all)} ${made[source] ?? `by ${source}`}`);
  const rest = [...totals.values()].sort((a, b) => b - a).slice(3);
  const others = rest.length > 0 ? [`${formatShare(rest.reduce((sum, count) => sum + count, 0) / all)} otherwise`] : [];
  return `${countOf(all, 'list')}: ${listOf([...parts, ...others])}.`;
}

export function errorsCaption(window: TrafficWindow): string {
  const total = requestsOf(window);
  const errors = errorsOf(window);
  if (errors === 0) return `No server error (5xx) in ${spanText(window)}.`;
  const bad = filled(window).filter((second) => second.errors > 0).length;
  return `${countOf(errors, 'server error')} (5xx) in ${spanText(window)}, ${formatShare(errors / total)} of the requests, within ${countOf(bad, 'second')}.`;
}
