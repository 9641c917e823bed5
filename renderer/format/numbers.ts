import { formatMetric } from '#contract/figures';

export { formatBare, formatMetric, formatP, formatRange } from '#contract/figures';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 1204331 → `1,204,331`. */
export function formatCount(value: number): string {
  return whole.format(value);
}

/** `1 run`, `2 runs`. */
export function countOf(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`;
}

/** 0.6349 → `63 %`; small shares keep the digits that tell them from zero. */
export function formatShare(share: number): string {
  const percent = share * 100;
  // Next to all is not all.
  if (percent < 100 && percent >= 99.5) return `${Math.min(99.9, Number(percent.toFixed(1)))} %`;
  if (percent === 0 || percent >= 10) return `${Math.round(percent)} %`;
  if (percent >= 1) return `${percent.toFixed(1).replace('.0', '')} %`;
  if (percent >= 0.01) return `${percent.toFixed(2)} %`;
  return '< 0.01 %';
}

/** 47312.4 examples → `47,300 examples/s`: three digits are what a live rate is worth. */
export function formatRate(perSecond: number, unit?: string): string {
  const of = unit ? ` ${unit}/s` : '/s';
  if (perSecond >= 1000) {
    const step = 10 ** (Math.floor(Math.log10(perSecond)) - 2);
    return `${formatCount(Math.round(perSecond / step) * step)}${of}`;
  }
  if (perSecond >= 10 || perSecond === 0) return `${Math.round(perSecond)}${of}`;
  return `${perSecond.toFixed(1)}${of}`;
}

const sizeUnits = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** 2_100_000_000 → `2.1 GB`, in powers of 1,000. */
export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < sizeUnits.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const text = unit === 0 || value >= 100 ? String(Math.round(value)) : value.toFixed(1);
  return `${text} ${sizeUnits[unit]}`;
}

/** A relative difference with its sign: `+4.2 %`, `−12 %`. */
export function formatSignedShare(share: number): string {
  const percent = Math.abs(share) * 100;
  const text = percent >= 9.95 ? percent.toFixed(0) : percent.toFixed(1);
  if (Number(text) === 0) return '0 %';
  return `${share > 0 ? '+' : '−'}${text} %`;
}

/** A standard error as it stands behind its metric: 0.0102 → `.010`. */
export function formatStandardError(error: number): string {
  return error.toFixed(3).replace(/^0(?=\.)/, '');
}

/** `0.1231 ± .010`, or the bare value where no error is known. */
export function formatInterval(value: number, error: number | undefined): string {
  return error === undefined ? formatMetric(value) : `${formatMetric(value)} ± ${formatStandardError(error)}`;
}

/** A difference with its sign: `+0.0320`, `−0.0042`. */
export function formatDifference(value: number): string {
  const text = formatMetric(Math.abs(value));
  if (Number(text) === 0) return '±0.0000';
  return `${value > 0 ? '+' : '−'}${text}`;
}

/** A latency: `0.42 ms`, `8.3 ms`, `120 ms`. */
export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds < 1) return `${milliseconds.toFixed(2)} ms`;
  return milliseconds < 100 ? `${milliseconds.toFixed(1)} ms` : `${formatCount(milliseconds)} ms`;
}
