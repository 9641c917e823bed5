/** Upper bounds in seconds, as Prometheus wants them. */
const bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

/** Latencies under labels from fixed sets. */
export interface LatencyHistograms {
  observe(first: string, second: string, durationMs: number): void;
  /** In the text format of Prometheus. */
  text(): string;
}

interface Series {
  labels: string;
  counts: Float64Array;
  sumMs: number;
}

/**
 * One histogram for each pair of label values, kept in typed arrays and written out only when they are read: an observation is two lookups and an
 * addition. The caller vouches for it that values come from fixed sets; beyond `mostSeries` pairs all go to `other`.
 */
export function createLatencyHistograms(
  name: string,
  help: string,
  labels: readonly [string, string],
  mostSeries: number,
): LatencyHistograms {
  const all = new Map<string, Map<string, Series>>();
  let count = 0;

  const make = (first: string, second: string): Series => {
    if (count >= mostSeries && first !== 'other') return find('other', 'other');
    count += 1;
    const series = { labels: `${labels[0]}="${first}",${labels[1]}="${second}"`, counts: new Float64Array(bounds.length + 1), sumMs: 0 };
    const row = all.get(first) ?? new Map<string, Series>();
    all.set(first, row.set(second, series));
    return series;
  };
  const find = (first: string, second: string): Series => all.get(first)?.get(second) ?? make(first, second);

  const linesOf = ({ labels: own, counts, sumMs }: Series): string[] => {
    let total = 0;
    const buckets = Array.from(counts, (at, i) => {
      total += at;
      return `${name}_bucket{le="${bounds[i] ?? '+Inf'}",${own}} ${total}`;
    });
    return [...buckets, `${name}_sum{${own}} ${sumMs / 1000}`, `${name}_count{${own}} ${total}`];
  };

  return {
    observe(first, second, durationMs) {
      const series = find(first, second);
      const seconds = durationMs / 1000;
      let at = 0;
      while (at < bounds.length && seconds > (bounds[at] as number)) at++;
      series.counts[at] = (series.counts[at] as number) + 1;
      series.sumMs += durationMs;
    },
    text() {
      const series = [...all.values()].flatMap((row) => [...row.values()]);
      return [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`, ...series.flatMap(linesOf), ''].join('\n');
    },
  };
}
