import { formatDifference } from '../format/numbers.ts';
import type { Difference } from './comparison.ts';

/** A difference with sign and arrow, and whether it is more than chance. */
export function DifferenceText({ difference }: { difference: Difference }) {
  const better = difference.gain > 0;
  // What no test was made of is neither good nor bad news.
  const state = !difference.clear ? '' : !difference.clear.is ? 'muted' : better ? 'state-good' : 'state-danger';
  return (
    <span className={state} title={difference.clear?.test}>
      {difference.value === 0 ? '' : better ? '▲ ' : '▼ '}
      {formatDifference(difference.value)}
      {difference.clear && <span className="difference-words">{difference.clear.words}</span>}
    </span>
  );
}
