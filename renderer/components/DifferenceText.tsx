import { formatDifference } from '../format/numbers.ts';
import type { Difference } from './comparison.ts';

/** A difference with sign and arrow, and whether it is more than chance. */
export function DifferenceText({ difference }: { difference: Difference }) {
  const better = difference.gain > 0;
  const state = difference.clear?.is === false ? 'muted' : better ? 'state-good' : 'state-danger';
  return (
    <span className={state} title={difference.clear && 'By the interval or the standard error (s.e.) of the model’s metric, over users'}>
      {difference.value === 0 ? '' : better ? '▲ ' : '▼ '}
      {formatDifference(difference.value)}
      {difference.clear && <span className="difference-words">{difference.clear.words}</span>}
    </span>
  );
}
