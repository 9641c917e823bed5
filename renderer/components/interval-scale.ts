/** Lowest and highest value that a figure has room for. */
export type Scale = readonly [number, number];

/** A scale over all these values, with a little room on either side, but none below zero where nothing is. */
export function scaleOver(values: readonly number[]): Scale {
  const known = values.filter(Number.isFinite);
  if (known.length === 0) return [0, 1];
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const room = high > low ? (high - low) * 0.04 : Math.abs(low) || 1;
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
}

/** Where a value stands on a scale, from 0 to 100; what is beyond it stands at its end. */
export function placeOn([low, high]: Scale, value: number): number {
  return Math.min(100, Math.max(0, ((value - low) / (high - low)) * 100));
}
