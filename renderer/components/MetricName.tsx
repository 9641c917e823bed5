import { PopoverNext } from '@blueprintjs/core';
import { metricMeaning } from '../format/metrics.ts';

/** A metric's name; a click opens its formula, its range and what is good. */
export function MetricName({ name }: { name: string }) {
  const meaning = metricMeaning(name);
  if (!meaning) return <span>{name}</span>;
  return (
    <PopoverNext
      animation="minimal"
      arrow={false}
      placement="bottom"
      content={
        <dl className="metric-meaning">
          <dt>Formula</dt>
          <dd>{meaning.formula}</dd>
          <dt>Range</dt>
          <dd>
            {meaning.range} · {meaning.higherIsBetter ? 'higher is better' : 'lower is better'}
          </dd>
          <dt>What is good</dt>
          <dd>{meaning.good}</dd>
        </dl>
      }
    >
      <button type="button" className="metric-name" aria-label={`${meaning.label}: what it means`}>
        {meaning.label}
        {!meaning.higherIsBetter && <span className="muted"> ↓</span>}
      </button>
    </PopoverNext>
  );
}
