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
