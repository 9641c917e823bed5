/** What lists are like beside being right: how concentrated, how obvious, how varied. Each is defined for one list but Gini, which looks at all. */
import type { SparseMatrix } from '../math/arrays.ts';
import type { Catalogue } from './catalogue.ts';

/**
 * Gini index of exposure: 0 where every item of the catalogue is shown equally often, near 1 where a few take all. With x the counts in rising order,
 * Σ (2i − n − 1) x_i / (n Σ x), i from 1 to n. Fleder & Hosanagar 2009, "Blockbuster Culture's Next Rise or Fall". 0 where nothing was shown.
 */
export function gini(exposures: ArrayLike<number>): number {
  const rising = Float64Array.from(exposures).sort();
  let weighted = 0;
  let total = 0;
  rising.forEach((count, at) => {
    weighted += (2 * (at + 1) - rising.length - 1) * count;
    total += count;
  });
  return total === 0 ? 0 : weighted / (rising.length * total);
}

/**
 * Mean over the shown items of a value that each item has; NaN for an empty list. With −log2(users who had it / users), bits, this is novelty as mean
 * self-information (Zhou et al. 2010, "Solving the apparent diversity-accuracy dilemma"); an item that nobody had counts as one that one user had. With the number
 * of users who had it, average recommendation popularity, ARP (Yin et al. 2012, "Challenging the Long Tail Recommendation"). With 1 for items of the tail and 0
 * for others, the average percentage of long-tail items, APLT (Abdollahpouri et al. 2019, "Managing Popularity Bias in Recommender Systems with Personalized
 * Re-ranking"), as a share.
 */
export function meanOfShown(list: Int32Array, k: number, ofItem: (item: number) => number): number {
  let sum = 0;
  let shown = 0;
  for (let position = 0; position < Math.min(k, list.length); position++) {
    const item = list[position] as number;
    if (item < 0) break;
    sum += ofItem(item);
    shown++;
  }
  return shown === 0 ? Number.NaN : sum / shown;
}

/**
 * The place that an item would take in a user's list by popularity alone, training items left out: 0 is the first. An item is a surprise at k where this is k or
 * more.
 */
export function popularPlace({ train, place }: Catalogue, userRow: number, item: number): number {
  const own = place[item] as number;
  let before = 0;
  for (let at = train.indptr[userRow] as number; at < (train.indptr[userRow + 1] as number); at++) {
    if ((place[train.indices[at] as number] as number) < own) before++;
  }
  return own - before;
}

/**
 * Serendipity: hits in the list that are not in the list of k by popularity, over k: relevant, and not what a primitive method would have shown. Ge,
 * Delgado-Battenfeld & Jannach 2010, "Beyond Accuracy: Evaluating Recommender Systems by Coverage and Serendipity".
 */
export function serendipity(hits: readonly { position: number; popularPlace: number }[], k: number): number {
  return hits.filter((hit) => hit.position < k && hit.popularPlace >= k).length / k;
}

/**
 * Intra-list dissimilarity for each length of list: 1 − the mean cosine over all pairs of shown items, each item the set of ones in its sparse row (its training
 * users, or its attribute values). An item without any is like no other. NaN for lists of fewer than two. Ziegler et al. 2005, "Improving Recommendation Lists
 * Through Topic Diversification" (there the sum of similarities).
 *
 * With unit vectors v the sum over pairs grows by v · Σ (vectors before it) at each item, so a list costs its ones and not its pairs.
 * @param sums one zero a column; zeros again when this returns
 */
export function dissimilarity(list: Int32Array, ks: readonly number[], rows: SparseMatrix, sums: Float64Array): number[] {
  const { indptr, indices } = rows;
  const found = ks.map(() => Number.NaN);
  const longest = Math.min(Math.max(...ks), list.length);
  let similar = 0;
  let shown = 0;
  for (; shown < longest && (list[shown] as number) >= 0; shown++) {
    const item = list[shown] as number;
    const begin = indptr[item] as number;
    const end = indptr[item + 1] as number;
    const unit = end > begin ? 1 / Math.sqrt(end - begin) : 0;
    let dot = 0;
    for (let at = begin; at < end; at++) {
      const column = indices[at] as number;
      dot += sums[column] as number;
      sums[column] = (sums[column] as number) + unit;
    }
    similar += unit * dot;
    ks.forEach((k, index) => {
      if (shown > 0 && shown < k) found[index] = 1 - (2 * similar) / (shown * (shown + 1));
    });
  }
  for (let position = 0; position < shown; position++) {
    const item = list[position] as number;
    for (let at = indptr[item] as number; at < (indptr[item + 1] as number); at++) sums[indices[at] as number] = 0;
  }
  return found;
}
