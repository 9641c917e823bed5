/** What the oracle is measured on: items of each user before and after the cut. */
export interface OracleTest {
  /** Items of user u: `items[offsets[u] .. offsets[u] + counts[u])`, of which the first `known[u]` were met before the cut. */
  offsets: Float64Array;
  counts: Int32Array;
  known: Int32Array;
  items: Int32Array;
}

export interface OracleVectors {
  users: Float32Array;
  items: Float32Array;
  dimensions: number;
}

/** Users that are evaluated at most: enough for three digits, and bounded for large data. */
const mostUsers = 10_000;

/**
 * Metrics of the best ranking that anyone could give: the whole catalogue by the true score, what the user met before the cut left out,
 * what was met after it relevant. Means over users with both. With r_i = 1 where place i is relevant and n relevant items:
 * NDCG@k = Σ_{i≤k} r_i / log2(i + 1) / Σ_{i≤min(k,n)} 1 / log2(i + 1), Recall@k = Σ r_i / n, HR@k = max r_i, MRR@k = 1 / place of the first.
 */
export function oracleMetrics(vectors: OracleVectors, test: OracleTest, ks: number[]): { metrics: Record<string, number>; users: number } {
  const all: number[] = [];
  for (let u = 0; u < test.counts.length; u++) {
    const known = test.known[u] as number;
    if (known > 0 && (test.counts[u] as number) > known) all.push(u);
  }
  // Evenly over all users where there are too many.
  const step = Math.max(1, all.length / mostUsers);
  const chosen = Array.from({ length: Math.min(all.length, mostUsers) }, (_, i) => all[Math.floor(i * step)] as number);
  const sums: Record<string, number> = {};
  const add = (name: string, value: number): void => {
    sums[name] = (sums[name] ?? 0) + value;
  };
  const deepest = Math.max(...ks);
  for (const user of chosen) {
    const first = test.offsets[user] as number;
    const cut = first + (test.known[user] as number);
    const known = new Set(test.items.subarray(first, cut));
    const relevant = new Set(test.items.subarray(cut, first + (test.counts[user] as number)));
    const list = bestItems(vectors, user, known, deepest);
    for (const k of ks) {
      let gain = 0;
      let hits = 0;
      let firstHit = 0;
      for (let i = 0; i < Math.min(k, list.length); i++) {
        if (!relevant.has(list[i] as number)) continue;
        gain += 1 / Math.log2(i + 2);
        hits++;
        firstHit ||= i + 1;
      }
      let ideal = 0;
      for (let i = 0; i < Math.min(k, relevant.size); i++) ideal += 1 / Math.log2(i + 2);
      add(`ndcg@${k}`, gain / ideal);
      add(`recall@${k}`, hits / relevant.size);
      add(`hit-rate@${k}`, hits > 0 ? 1 : 0);
      add(`mrr@${k}`, firstHit > 0 ? 1 / firstHit : 0);
    }
  }
  return { metrics: Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / chosen.length])), users: chosen.length };
}

/** The k highest scores among the items not left out, best first; of equal ones the lower row. */
function bestItems({ users, items, dimensions }: OracleVectors, user: number, leftOut: Set<number>, k: number): number[] {
  const rows: number[] = [];
  const scores: number[] = [];
  const count = items.length / dimensions;
  for (let i = 0; i < count; i++) {
    let score = 0;
    for (let j = 0; j < dimensions; j++) score += (users[user * dimensions + j] as number) * (items[i * dimensions + j] as number);
    if ((rows.length === k && score <= (scores[k - 1] as number)) || leftOut.has(i)) continue;
    let at = Math.min(rows.length, k - 1);
    for (; at > 0 && (scores[at - 1] as number) < score; at--) {
      rows[at] = rows[at - 1] as number;
      scores[at] = scores[at - 1] as number;
    }
    rows[at] = i;
    scores[at] = score;
  }
  return rows;
}
