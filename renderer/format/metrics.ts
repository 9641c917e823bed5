import { formatShare } from './numbers.ts';

/** What a metric means, for the reader who clicks its name. */
export interface MetricMeaning {
  label: string;
  formula: string;
  range: string;
  good: string;
  higherIsBetter: boolean;
}

const families: Record<string, (k: string) => MetricMeaning> = {
  ndcg: (k) => ({
    label: `NDCG@${k}`,
    formula: `DCG@${k} ÷ ideal DCG@${k}, where DCG = Σ relevant(rank) ÷ log₂(rank + 1) over the first ${k} ranks; mean over users`,
    range: '0 to 1',
    good: 'Compare with the baselines of the same split: values depend on catalogue and split, and 0.05 can be good on a full catalogue.',
    higherIsBetter: true,
  }),
  recall: (k) => ({
    label: `Recall@${k}`,
    formula: `held-out items among the first ${k} ÷ held-out items of the user; mean over users`,
    range: '0 to 1',
    good: 'Compare with the baselines of the same split.',
    higherIsBetter: true,
  }),
  'hit-rate': (k) => ({
    label: `HR@${k}`,
    formula: `share of users with at least one held-out item among the first ${k}`,
    range: '0 to 1',
    good: 'Compare with the baselines; with one held-out item a user it equals Recall.',
    higherIsBetter: true,
  }),
  mrr: (k) => ({
    label: `MRR@${k}`,
    formula: `1 ÷ rank of the first held-out item, 0 where it is not among the first ${k}; mean over users`,
    range: '0 to 1',
    good: '1 means always on top. Compare with the baselines.',
    higherIsBetter: true,
  }),
  map: (k) => ({
    label: `MAP@${k}`,
    formula: `mean of the precisions at the ranks of the held-out items among the first ${k}, over min(${k}, held-out items); mean over users`,
    range: '0 to 1',
    good: 'Rewards held-out items that stand early. Compare with the baselines.',
    higherIsBetter: true,
  }),
  precision: (k) => ({
    label: `Precision@${k}`,
    formula: `held-out items among the first ${k} ÷ ${k}; mean over users`,
    range: '0 to 1, and never above held-out items ÷ k',
    good: 'Compare with the baselines of the same split.',
    higherIsBetter: true,
  }),
  coverage: (k) => ({
    label: `Coverage@${k}`,
    formula: `share of the catalogue that is in at least one user's first ${k}`,
    range: '0 to 1',
    good: 'Low coverage means that everybody gets the same few items.',
    higherIsBetter: true,
  }),
  gini: (k) => ({
    label: `Gini@${k}`,
    formula: `Gini index of how often each item of the catalogue is in a user's first ${k}`,
    range: '0 (all items equally often) to 1 (one item takes all)',
    good: 'Lower spreads the attention; compare with popularity, which is near 1.',
    higherIsBetter: false,
  }),
  novelty: (k) => ({
    label: `Novelty@${k}`,
    formula: `mean of −log₂(share of training users who had the item) over the first ${k}, bits; mean over users`,
    range: '0 upwards; one bit more is half as many users',
    good: 'Higher shows what fewer people know. Read it beside NDCG: chance is novel, too.',
    higherIsBetter: true,
  }),
  diversity: (k) => ({
    label: `Diversity@${k}`,
    formula: `1 − mean cosine of the training users of each two items among the first ${k}; mean over users`,
    range: '0 (the same people had all of them) to 1',
    good: 'Higher varies more. Read it beside NDCG.',
    higherIsBetter: true,
  }),
  'attribute-diversity': (k) => ({
    label: `Attribute diversity@${k}`,
    formula: `1 − mean cosine of the attribute values of each two items among the first ${k}; mean over users`,
    range: '0 (all alike) to 1 (nothing in common)',
    good: 'Higher varies more. Read it beside NDCG.',
    higherIsBetter: true,
  }),
  serendipity: (k) => ({
    label: `Serendipity@${k}`,
    formula: `held-out items among the first ${k} that popularity would not have among its first ${k} ÷ ${k}; mean over users`,
    range: '0 to Precision',
    good: 'What the model finds that a list of favourites does not. Popularity itself has 0.',
    higherIsBetter: true,
  }),
  arp: (k) => ({
    label: `ARP@${k}`,
    formula: `mean number of training users of the items among the first ${k}; mean over users`,
    range: '0 upwards',
    good: 'Lower leans less on what everybody has.',
    higherIsBetter: false,
  }),
  'long-tail': (k) => ({
    label: `Long tail@${k}`,
    formula: `share of the first ${k} that is of the tail: the items that together hold the last fifth of the training pairs; mean over users`,
    range: '0 to 1',
    good: 'Higher reaches further into the catalogue.',
    higherIsBetter: true,
  }),
  auc: () => ({
    label: 'AUC',
    formula: 'probability that a positive scores above a negative',
    range: '0.5 (chance) to 1',
    good: 'Above 0.75 is useful for most rankers.',
    higherIsBetter: true,
  }),
  'log-loss': () => ({
    label: 'Log loss',
    formula: '−mean(y · ln p + (1 − y) · ln(1 − p))',
    range: '0 upwards; 0.6931 is a coin toss',
    good: 'Lower is better; it also punishes badly calibrated probabilities.',
    higherIsBetter: false,
  }),
  'validation-log-loss': () => ({
    label: 'Validation log loss',
    formula: 'log loss on the validation slice, which training never sees',
    range: '0 upwards; 0.6931 is a coin toss',
    good: 'Lower is better; training stops when it no longer falls.',
    higherIsBetter: false,
  }),
  loss: () => ({
    label: 'Loss',
    formula: "the model's training objective, mean over a batch",
    range: '0 upwards',
    good: 'Lower is better; compare only within one model and data set.',
    higherIsBetter: false,
  }),
};

function split(name: string): { family: string; k: string; rest: string } {
  const [head = name, rest = ''] = name.split(':');
  const [family = head, k = ''] = head.split('@');
  return { family, k, rest };
}

/** The meaning of `ndcg@10`, `auc`, `log-loss` …; undefined for a name that nobody has explained. */
export function metricMeaning(name: string): MetricMeaning | undefined {
  const { family, k, rest } = split(name);
  const meaning = families[family]?.(k);
  if (!meaning) return undefined;
  return rest ? { ...meaning, label: `${meaning.label} (${rest})` } : meaning;
}

export function metricLabel(name: string): string {
  return metricMeaning(name)?.label ?? name;
}

/** Losses fall, everything else rises. */
export function higherIsBetter(name: string): boolean {
  return metricMeaning(name)?.higherIsBetter ?? !/loss|error/.test(name);
}

/** What lists are like beside being right. */
const beyondAccuracy = ['coverage', 'gini', 'novelty', 'diversity', 'attribute-diversity', 'serendipity', 'arp', 'long-tail'];

const order = ['ndcg', 'hit-rate', 'recall', 'mrr', 'map', 'precision', ...beyondAccuracy, 'auc', 'log-loss', 'loss'];

/** Metric names in reading order: by k, then NDCG, HR, Recall, MRR, coverage. */
export function sortMetrics(names: Iterable<string>): string[] {
  const rank = (name: string) => {
    const { family, k } = split(name);
    const at = order.indexOf(family);
    return Number(k || 0) * 100 + (at < 0 ? order.length : at);
  };
  return [...new Set(names)].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

/** The ks that metric names carry, ascending. */
export function ksOf(names: Iterable<string>): string[] {
  return [...new Set([...names].map((name) => split(name).k).filter(Boolean))].sort((a, b) => Number(a) - Number(b));
}

/** The metrics of one k, and those that have none. */
export function metricsAt(names: readonly string[], k: string | undefined): string[] {
  return names.filter((name) => split(name).k === '' || k === undefined || split(name).k === k);
}

/** Metrics that say how right a model is, apart from those that say what its lists are like. */
export function groupMetrics(names: readonly string[]): { label: string; metrics: string[] }[] {
  const beyond = (name: string): boolean => beyondAccuracy.includes(split(name).family);
  return [
    { label: 'Accuracy', metrics: names.filter((name) => !beyond(name)) },
    { label: 'Beyond accuracy', metrics: names.filter(beyond) },
  ].filter(({ metrics }) => metrics.length > 0);
}

/** How right a model is, and how much of the catalogue it reaches: what is read first. */
export const isHeadline = (name: string): boolean => split(name).family === 'coverage' || !beyondAccuracy.includes(split(name).family);

/** How much of the best reachable value was reached: `84 % of the oracle`. */
export function shareOfOracle(value: number, oracle: number | undefined): string | undefined {
  return oracle ? `${formatShare(value / oracle)} of the oracle` : undefined;
}
