import { placeOn, type Scale } from './interval-scale.ts';

interface DotIntervalProps {
  value: number;
  interval: readonly [number, number];
  scale: Scale;
  /** What the value is set against: a line. */
  reference: number;
  /** Hollow where the difference to the reference may be chance. */
  tone: 'good' | 'danger' | 'unclear';
  /** The figure in words. */
  label: string;
}

/** A value as a dot on its interval; rows of them share one scale. */
export function DotInterval({ value, interval, scale, reference, tone, label }: DotIntervalProps) {
  const at = (number: number) => `${placeOn(scale, number)}%`;
  return (
    <svg className={`dot-interval dot-${tone}`} width="100%" height="16" role="img" aria-label={label}>
      <title>{label}</title>
      <line className="dot-reference" x1={at(reference)} x2={at(reference)} y1="0" y2="16" />
      <line className="dot-range" x1={at(interval[0])} x2={at(interval[1])} y1="8" y2="8" />
      <circle cx={at(value)} cy="8" r="3.5" />
    </svg>
  );
}
