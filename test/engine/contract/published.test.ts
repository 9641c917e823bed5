import { expect, test } from 'vitest';
import { publishedResults } from '#contract/published';

test('a published split is told by its counts, and its papers stand beside the run', () => {
  const rows = publishedResults({ users: 29_858, items: 40_981, train: 810_128 });
  expect(rows.find(({ label }) => label === 'Gowalla: LightGCN (He et al. 2020)')?.metrics).toEqual({
    'recall@20': 0.183,
    'ndcg@20': 0.1554,
  });
});

test('other data have no papers', () => {
  expect(publishedResults({ users: 943, items: 1682, train: 55_000 })).toEqual([]);
});
