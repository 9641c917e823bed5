/** What is measured of one user's list: a metric of the positions at which relevant items stand. */

export interface ListOutcome {
  /** Positions of the hits in the list, 0-based and ascending, all below k. */
  hits: readonly number[];
  /** How many items of the user are relevant. */
  relevant: number;
  k: number;
}

/** Gain of a hit at a 0-based position: 1 / log2(position + 2). */
const gain = (position: number): number => 1 / Math.log2(position + 2);

/** Means over users; each is defined for one list. */
export const listMetrics: { name: string; of(outcome: ListOutcome): number }[] = [
  /** Share of the relevant items that are in the list. */
  { name: 'recall', of: ({ hits, relevant }) => hits.length / relevant },
  /** Share of the list that is relevant; a list that is shorter than k counts as k. */
  { name: 'precision', of: ({ hits, k }) => hits.length / k },
  /** Järvelin & Kekäläinen 2002, binary: Σ 1 / log2(position + 2) over the hits, divided by that of the best possible list of k. */
  {
    name: 'ndcg',
    of: ({ hits, relevant, k }) => {
      let ideal = 0;
      for (let position = 0; position < Math.min(relevant, k); position++) ideal += gain(position);
      return hits.reduce((sum, position) => sum + gain(position), 0) / ideal;
    },
  },
  /** 1 where anything in the list is relevant. */
  { name: 'hit-rate', of: ({ hits }) => (hits.length > 0 ? 1 : 0) },
  /** One over the 1-based rank of the first hit. */
  { name: 'mrr', of: ({ hits }) => (hits[0] === undefined ? 0 : 1 / (hits[0] + 1)) },
  /** Average precision: the precision at each hit, summed, divided by min(relevant, k). */
  {
    name: 'map',
    of: ({ hits, relevant, k }) => hits.reduce((sum, position, earlier) => sum + (earlier + 1) / (position + 1), 0) / Math.min(relevant, k),
  },
];

/** Collects lists and gives the means over users with their standard errors, and the share of the catalogue that any list shows. */
export function createTally(ks: readonly number[], itemCount: number) {
  const names = ks.flatMap((k) => listMetrics.map((metric) => `${metric.name}@${k}`));
  const sums = new Float64Array(names.length);
  const squares = new Float64Array(names.length);
  const shown = ks.map(() => new Uint8Array(itemCount));
  let users = 0;
  return {
    /** `list` holds item rows, best first, -1 where it ended; `relevant` is one user's held-out items. */
    add(list: Int32Array, relevant: ReadonlySet<number>): void {
      users++;
      const hits: number[] = [];
      for (let position = 0; position < list.length; position++) if (relevant.has(list[position] as number)) hits.push(position);
      ks.forEach((k, index) => {
        const outcome = { hits: hits.filter((position) => position < k), relevant: relevant.size, k };
        listMetrics.forEach((metric, at) => {
          const slot = index * listMetrics.length + at;
          const value = metric.of(outcome);
          sums[slot] = (sums[slot] as number) + value;
          squares[slot] = (squares[slot] as number) + value * value;
        });
        const seen = shown[index] as Uint8Array;
        for (let position = 0; position < Math.min(k, list.length); position++)
          if ((list[position] as number) >= 0) seen[list[position] as number] = 1;
      });
    },
    result(): { metrics: Record<string, number>; errors: Record<string, number>; users: number } {
      const metrics: Record<string, number> = {};
      const errors: Record<string, number> = {};
      names.forEach((name, slot) => {
        const mean = users === 0 ? 0 : (sums[slot] as number) / users;
        metrics[name] = mean;
        const variance = users < 2 ? 0 : Math.max(0, ((squares[slot] as number) - users * mean * mean) / (users - 1));
        errors[name] = users === 0 ? 0 : Math.sqrt(variance / users);
      });
      ks.forEach((k, index) => {
        const seen = shown[index] as Uint8Array;
        metrics[`coverage@${k}`] = itemCount === 0 ? 0 : seen.reduce((sum, one) => sum + one, 0) / itemCount;
      });
      return { metrics, errors, users };
    },
  };
}
