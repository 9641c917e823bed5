import { expect, test } from 'vitest';
import { measureRanking } from '../../engine/evaluation/ranking-metrics.ts';
import { createRandom } from '../../engine/math/random.ts';
import { askPeer, hasNumpy } from '../support/numpy.ts';

const comparable = hasNumpy('The metrics of ranking models');
test('AUC, log loss and NDCG are what numpy makes of the same rows, ties included', ({ skip }) => {
  skip(!comparable, 'numpy is missing: pip install numpy');
  const random = createRandom(8, 'peers');
  const requests = 120;
  const offsets = [0];
  for (let r = 0; r < requests; r++) offsets.push((offsets[r] as number) + 3 + random.integer(20));
  const rows = offsets[requests] as number;
  // Two digits: many ties.
  const scores = Float32Array.from({ length: rows }, () => Math.round(100 * random.next()) / 100);
  const labels = new Uint8Array(rows);
  for (const start of offsets.slice(0, -1)) for (let i = 0; i < 2; i++) labels[start + i] = 1;
  const weights = Float32Array.from({ length: rows }, () => 0.5 + random.next());
  const input = { scores: [...scores], labels: [...labels], weights: [...weights], offsets };
  const peer = askPeer<Record<string, number>>('ranking-metrics.py', input);
  const users = Int32Array.from({ length: requests }, (_, r) => r);
  const { metrics } = measureRanking({ scores, probabilities: scores, labels, weights, offsets: Int32Array.from(offsets), users }, [10]);
  for (const name of ['auc', 'log-loss', 'ndcg@10']) expect(metrics[name]).toBeCloseTo(peer[name] as number, 6);
});
