import type { Run } from '#contract/run';
import { groupMetrics, ksOf, metricsAt, sortMetrics } from '../../format/metrics.ts';
import { formatMilliseconds, formatRate, formatSize } from '../../format/numbers.ts';
import { formatDuration } from '../../format/time.ts';

/** The lengths of list that a run was measured at. */
export const runKs = (run: Run): string[] => ksOf(Object.keys(run.metrics));

/** The metrics of a run at one length of list: how right it is, then what its lists are like. */
export function runGroups(run: Run, k: string | undefined): { label: string; metrics: string[] }[] {
  return groupMetrics(metricsAt(sortMetrics(Object.keys(run.metrics)), k));
}

/** What a run costs, as far as it is known. */
export function costsOf(run: Run): { label: string; value: string; note?: string }[] {
  const { seconds, examplesPerSecond, peakMemoryBytes, modelBytes, latencyMs } = run;
  return [
    {
      label: 'Training',
      value: formatDuration(seconds),
      note: examplesPerSecond === undefined ? `on ${run.device.device.toUpperCase()}` : formatRate(examplesPerSecond, 'examples'),
    },
    ...(peakMemoryBytes === undefined
      ? []
      : [{ label: 'Peak memory', value: formatSize(peakMemoryBytes), note: 'of the training process' }]),
    ...(modelBytes === undefined ? [] : [{ label: 'Model size', value: formatSize(modelBytes), note: 'its arrays on disk' }]),
    ...(latencyMs === undefined ? [] : [{ label: 'One list', value: formatMilliseconds(latencyMs), note: 'median, full catalogue' }]),
  ];
}
