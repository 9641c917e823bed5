/** A split of the literature that many papers share, and what they report on it. */
interface PublishedSplit {
  name: string;
  users: number;
  items: number;
  trainPairs: number;
  /** Recall and NDCG at 20, as printed in the paper. */
  results: { label: string; recall: number; ndcg: number }[];
}

const lightGcn = 'LightGCN (He et al. 2020)';
const ngcf = 'NGCF, as in He et al. 2020';
const multVae = 'Mult-VAE, as in He et al. 2020';
const gfCf = 'GF-CF (Shen et al. 2021)';
const ultraGcn = 'UltraGCN (Mao et al. 2021)';

/** The adjacency lists that came with LightGCN. They are told by their counts: the files carry no name. */
const splits: PublishedSplit[] = [
  {
    name: 'Gowalla',
    users: 29_858,
    items: 40_981,
    trainPairs: 810_128,
    results: [
      { label: ngcf, recall: 0.157, ndcg: 0.1327 },
      { label: multVae, recall: 0.1641, ndcg: 0.1335 },
      { label: lightGcn, recall: 0.183, ndcg: 0.1554 },
      { label: gfCf, recall: 0.1849, ndcg: 0.1518 },
      { label: ultraGcn, recall: 0.1862, ndcg: 0.158 },
    ],
  },
  {
    name: 'Yelp2018',
    users: 31_668,
    items: 38_048,
    trainPairs: 1_237_259,
    results: [
      { label: ngcf, recall: 0.0579, ndcg: 0.0477 },
      { label: multVae, recall: 0.0584, ndcg: 0.045 },
      { label: lightGcn, recall: 0.0649, ndcg: 0.053 },
      { label: gfCf, recall: 0.0697, ndcg: 0.0571 },
      { label: ultraGcn, recall: 0.0683, ndcg: 0.0561 },
    ],
  },
  {
    name: 'Amazon-Book',
    users: 52_643,
    items: 91_599,
    trainPairs: 2_380_730,
    results: [
      { label: ngcf, recall: 0.0344, ndcg: 0.0263 },
      { label: multVae, recall: 0.0407, ndcg: 0.0315 },
      { label: lightGcn, recall: 0.0411, ndcg: 0.0315 },
      { label: gfCf, recall: 0.071, ndcg: 0.0584 },
      { label: ultraGcn, recall: 0.0681, ndcg: 0.0556 },
    ],
  },
];

/** What papers report on the split that has these counts, to stand beside a run's own metrics; nothing for any other. */
export function publishedResults(counts: {
  users: number;
  items: number;
  train: number;
}): { label: string; metrics: Record<string, number> }[] {
  const split = splits.find(
    ({ users, items, trainPairs }) => users === counts.users && items === counts.items && trainPairs === counts.train,
  );
  if (!split) return [];
  return split.results.map(({ label, recall, ndcg }) => ({
    label: `${split.name}: ${label}`,
    metrics: { 'recall@20': recall, 'ndcg@20': ndcg },
  }));
}
