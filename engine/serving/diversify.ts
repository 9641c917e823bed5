import type { Matrix } from '../math/arrays.ts';
import type { Ranked } from './popularity.ts';

/**
 * Maximal marginal relevance (Carbonell and Goldstein 1998): picks k items one by one, each the best of (1 - d) · relevance - d · likeness, where relevance is the
 * score between the worst (0) and the best (1) of the candidates, and likeness the largest cosine with what was picked before. Scores stay as they were.
 * @param unit item vectors of length 1
 * @param diversity d, from 0 (as ranked) to 1
 */
export function diversify(candidates: Ranked, k: number, diversity: number, { columns, data }: Matrix): Ranked {
  const { rows, scores } = candidates;
  const best = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
  const worst = scores.reduce((least, score) => Math.min(least, score), Number.POSITIVE_INFINITY);
  const span = best > worst ? best - worst : 1;
  const likeness = new Float64Array(rows.length);
  const taken = new Uint8Array(rows.length);
  const picked: Ranked = { rows: [], scores: [] };
  while (picked.rows.length < Math.min(k, rows.length)) {
    let at = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < rows.length; i++) {
      if (taken[i] === 1) continue;
      const value = ((1 - diversity) * ((scores[i] as number) - worst)) / span - diversity * (likeness[i] as number);
      if (value > most) [at, most] = [i, value];
    }
    taken[at] = 1;
    picked.rows.push(rows[at] as number);
    picked.scores.push(scores[at] as number);
    const start = (rows[at] as number) * columns;
    for (let i = 0; i < rows.length; i++) {
      if (taken[i] === 1) continue;
      const other = (rows[i] as number) * columns;
      let cosine = 0;
      for (let d = 0; d < columns; d++) cosine += (data[start + d] as number) * (data[other + d] as number);
      if (cosine > (likeness[i] as number) || picked.rows.length === 1) likeness[i] = cosine;
    }
  }
  return picked;
}
