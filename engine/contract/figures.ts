/** Figures as people read them, in the window, on the command line and in verdicts alike. */

/** Four decimals; what counts users or bits is told by its first digits. */
const decimalsOf = (value: number): number => (Math.abs(value) < 10 ? 4 : Math.abs(value) < 100 ? 2 : 1);

/** A metric with its four decimals; from ten on fewer. */
export function formatMetric(value: number): string {
  return value.toFixed(decimalsOf(value));
}

const withoutZero = (text: string): string => text.replace(/^0(?=\.)/, '');

/** A metric where many stand close together: `.0412`, `−.0012`, `1.2000`. */
export function formatBare(value: number): string {
  const text = withoutZero(formatMetric(Math.abs(value)));
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** An interval: `.0012 to .0070`. */
export function formatRange([low, high]: readonly [number, number]): string {
  return `${formatBare(low)} to ${formatBare(high)}`;
}

/** A p value as it stands behind its `p`: `.004`, `.31`, `< .001`. */
export function formatP(p: number): string {
  if (p < 0.001) return '< .001';
  // Not rounded to the level that it is below.
  if (p < 0.05 && p.toFixed(3) === '0.050') return withoutZero(p.toFixed(4));
  return withoutZero(p < 0.0995 ? p.toFixed(3) : p.toFixed(2));
}
