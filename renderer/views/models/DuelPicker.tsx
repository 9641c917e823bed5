import { HTMLSelect } from '@blueprintjs/core';
import type { Run } from '#contract/run';
import { metricLabel } from '../../format/metrics.ts';
import { formatMetric } from '../../format/numbers.ts';
import { formatShortMoment } from '../../format/time.ts';
import { headlineMetric } from './run-text.ts';

/** A run among others of its model: when it was trained, and how good it is. */
function nameOf(run: Run): string {
  const metric = headlineMetric(run);
  const value = metric === undefined ? '' : ` · ${metricLabel(metric)} ${formatMetric(run.metrics[metric]!)}`;
  return `${run.label} · ${formatShortMoment(run.createdAt, Date.now())}${value}`;
}

interface DuelPickerProps {
  /** All runs that can meet another. */
  runs: readonly Run[];
  first: Run | undefined;
  second: Run | undefined;
  onPick: (ids: string[]) => void;
}

/** Any two runs of the same test set, two of one model as well; whom the first cannot meet is not offered as the second. */
export function DuelPicker({ runs, first, second, onPick }: DuelPickerProps) {
  const rivals = runs.filter((run) => first && run !== first && run.testFingerprint === first.testFingerprint);
  const options = (some: readonly Run[]) => [
    { value: '', label: 'a run …' },
    ...some.map((run) => ({ value: run.id, label: nameOf(run) })),
  ];
  return (
    <div className="duel-picker">
      <span>Set</span>
      <HTMLSelect
        aria-label="Second run of the duel"
        value={second?.id ?? ''}
        disabled={!first}
        options={options(rivals)}
        onChange={(event) => first && onPick([first.id, ...(event.currentTarget.value ? [event.currentTarget.value] : [])])}
      />
      <span>against</span>
      <HTMLSelect
        aria-label="First run of the duel"
        value={first?.id ?? ''}
        options={options(runs)}
        onChange={(event) => {
          const chosen = runs.find(({ id }) => id === event.currentTarget.value);
          const kept = chosen && second && second !== chosen && second.testFingerprint === chosen.testFingerprint ? [second.id] : [];
          onPick(chosen ? [chosen.id, ...kept] : []);
        }}
      />
    </div>
  );
}
