import { formatCount } from '../../format/numbers.ts';

interface EventWeightsProps {
  types: readonly { type: string; count: number; weight: number }[];
  chosen: Record<string, number>;
  /** Absent where nothing can be changed. */
  onChange: ((weights: Record<string, number>) => void) | undefined;
}

/** The event types of the rows that were looked at, and how much each will count in training. */
export function EventWeights({ types, chosen, onChange }: EventWeightsProps) {
  return (
    <fieldset className="event-weights">
      <legend>Event types in the first rows, and how much each counts (0 leaves it out)</legend>
      {types.map(({ type, count, weight }) => (
        <label key={type}>
          <span>
            {type} <span className="muted">× {formatCount(count)}</span>
          </span>
          <input
            type="number"
            className="bp6-input bp6-small"
            min={0}
            step={0.1}
            disabled={!onChange}
            defaultValue={chosen[type] ?? weight}
            onChange={(event) => {
              const value = event.currentTarget.valueAsNumber;
              if (Number.isFinite(value) && value >= 0) onChange?.({ ...chosen, [type]: value });
            }}
          />
        </label>
      ))}
    </fieldset>
  );
}
