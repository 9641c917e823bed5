/** Scored rows of requests, as a ranker is measured on them. */
export interface ScoredRows {
  /** Higher is better. */
  scores: Float32Array;
  /** The same as the probability of a positive, for log loss and calibration. */
  probabilities: Float32Array;
  /** 1 or 0. */
  labels: Uint8Array;
  /** How much each row counts in log loss and calibration. */
  weights: Float32Array;
  /** Rows of request r: `offsets[r] .. offsets[r + 1])`. */
  offsets: Int32Array;
  /** User of each request: requests of one user are not independent, and standard errors allow for it. */
  users: Int32Array;
}

/** A mean and its standard error. */
export interface Estimate {
  value: number;
  error: number;
}

/** Positions of the scores in ascending order. */
function ascending(scores: Float32Array): Int32Array {
  const order = Int32Array.from(scores, (_, i) => i);
  return order.sort((a, b) => (scores[a] as number) - (scores[b] as number) || a - b);
}

/** Standard error of a sum of deviations that belong to clusters: their sums are independent, they are not. */
function clusteredError(deviations: Float64Array, clusters: Int32Array): number {
  const sums = new Map<number, number>();
  for (let i = 0; i < deviations.length; i++)
    sums.set(clusters[i] as number, (sums.get(clusters[i] as number) ?? 0) + (deviations[i] as number));
  let square = 0;
  for (const sum of sums.values()) square += sum * sum;
  return sums.size > 1 ? Math.sqrt((square * sums.size) / (sums.size - 1)) : Number.NaN;
}

function userOfRows({ offsets, users, labels }: Pick<ScoredRows, 'offsets' | 'users' | 'labels'>): Int32Array {
  const rows = new Int32Array(labels.length);
  for (let r = 0; r < users.length; r++) rows.fill(users[r] as number, offsets[r] as number, offsets[r + 1] as number);
  return rows;
}

/**
 * Area under the ROC curve: the chance that a positive row scores above a negative one, over all rows; a tie counts half. NaN without
 * both labels. The error is that of DeLong et al. (1988), by user as in Obuchowski (1997).
 */
export function auc(rows: ScoredRows): Estimate {
  const { scores, labels } = rows;
  const order = ascending(scores);
  let positives = 0;
  for (const label of labels) positives += label;
  const negatives = labels.length - positives;
  // How many of the other label lie below each row (a positive) or above it (a negative), ties as half.
  const beaten = new Float64Array(labels.length);
  let positivesBelow = 0;
  let sum = 0;
  for (let start = 0, end = 0; start < order.length; start = end) {
    let tied = 0;
    const score = scores[order[start] as number] as number;
    for (end = start; end < order.length && scores[order[end] as number] === score; end++) tied += labels[order[end] as number] as number;
    const negativesBelow = start - positivesBelow;
    const negativesHere = end - start - tied;
    for (let i = start; i < end; i++) {
      const row = order[i] as number;
      beaten[row] = labels[row] === 1 ? negativesBelow + negativesHere / 2 : positives - positivesBelow - tied / 2;
    }
    sum += tied * (negativesBelow + negativesHere / 2);
    positivesBelow += tied;
  }
  const value = sum / (positives * negatives);
  const deviations = beaten.map((count, i) =>
    labels[i] === 1 ? (count / negatives - value) / positives : (count / positives - value) / negatives,
  );
  return { value, error: clusteredError(deviations, userOfRows(rows)) };
}

/** The smallest distance of a probability to 0 or 1 that log loss sees. */
const least = 1e-7;

/** -ln of the probability given to what happened, mean by weight. A constant guess of base rate p gets -(p ln p + (1 - p) ln (1 - p)). */
export function logLoss(rows: ScoredRows): Estimate {
  const { probabilities, labels, weights } = rows;
  const losses = Float64Array.from(probabilities, (p, i) => -Math.log(Math.max(least, labels[i] === 1 ? p : 1 - p)));
  let total = 0;
  let sum = 0;
  for (let i = 0; i < losses.length; i++) {
    total += weights[i] as number;
    sum += (weights[i] as number) * (losses[i] as number);
  }
  const value = sum / total;
  const deviations = losses.map((loss, i) => ((weights[i] as number) * (loss - value)) / total);
  return { value, error: clusteredError(deviations, userOfRows(rows)) };
}

/**
 * NDCG@k of one request: gain 1 for a positive, discount 1 / log2(rank + 1), divided by the best order's. Tied rows share the mean
 * discount of the ranks they hold (McSherry and Najork 2008), so the order in which rows were written does not matter.
 */
export function requestNdcg(scores: Float32Array, labels: Uint8Array, k: number): number {
  const order = ascending(scores).reverse();
  let gain = 0;
  let best = 0;
  let positives = 0;
  for (let start = 0, end = 0; start < order.length; start = end) {
    const score = scores[order[start] as number] as number;
    let tied = 0;
    let discounts = 0;
    for (end = start; end < order.length && scores[order[end] as number] === score; end++) {
      tied += labels[order[end] as number] as number;
      if (end < k) discounts += 1 / Math.log2(end + 2);
    }
    gain += (tied * discounts) / (end - start);
    for (let i = 0; i < tied; i++) if (positives++ < k) best += 1 / Math.log2(positives + 1);
  }
  return best === 0 ? 0 : gain / best;
}

/** Mean NDCG@k over requests. */
export function rankingNdcg({ scores, labels, offsets, users }: ScoredRows, k: number): Estimate {
  const values = Float64Array.from(users, (_, r) => {
    const start = offsets[r] as number;
    const end = offsets[r + 1] as number;
    return requestNdcg(scores.subarray(start, end), labels.subarray(start, end), k);
  });
  const value = values.reduce((sum, each) => sum + each, 0) / values.length;
  return {
    value,
    error: clusteredError(
      values.map((each) => (each - value) / values.length),
      users,
    ),
  };
}

/**
 * Expected calibration error: rows in ten bins of equal weight by probability; the mean distance between a bin's mean and its share of
 * positives. 0 is a ranker whose probabilities can be taken at their word.
 */
export function calibrationError({ probabilities, labels, weights }: ScoredRows): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const predicted = new Float64Array(10);
  const observed = new Float64Array(10);
  let before = 0;
  for (const row of ascending(probabilities)) {
    const weight = weights[row] as number;
    const bin = Math.min(9, Math.floor((10 * (before + weight / 2)) / total));
    predicted[bin] = (predicted[bin] as number) + weight * (probabilities[row] as number);
    observed[bin] = (observed[bin] as number) + weight * (labels[row] as number);
    before += weight;
  }
  return predicted.reduce((sum, p, bin) => sum + Math.abs(p - (observed[bin] as number)), 0) / total;
}

/** `auc`, `log-loss`, `calibration-error`, and NDCG@k as `ndcg@k` with `suffix` after it; with standard errors where there are any. */
export function measureRanking(
  rows: ScoredRows,
  ks: number[],
  suffix = '',
): { metrics: Record<string, number>; errors: Record<string, number> } {
  const estimates: [string, Estimate][] = [
    ['auc', auc(rows)],
    ['log-loss', logLoss(rows)],
    ...ks.map((k): [string, Estimate] => [`ndcg@${k}${suffix}`, rankingNdcg(rows, k)]),
  ];
  const metrics = Object.fromEntries(estimates.map(([name, { value }]) => [name, value]));
  const errors = Object.fromEntries(estimates.filter(([, { error }]) => Number.isFinite(error)).map(([name, { error }]) => [name, error]));
  return { metrics: { ...metrics, 'calibration-error': calibrationError(rows) }, errors };
}
