import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { measureRanking } from '../../engine/evaluation/ranking-metrics.ts';
import { createRandom } from '../../engine/math/random.ts';

const python = process.platform === 'win32' ? 'python' : 'python3';
const hasNumpy = spawnSync(python, ['-c', 'import numpy']).status === 0;

test('AUC, log loss and NDCG are what numpy makes of the same rows, ties included', ({ skip }) => {
  skip(!hasNumpy, 'numpy is missing: pip install numpy');
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
  const answer = spawnSync(python, [path.resolve('test/peers/ranking-metrics.py')], { input: JSON.stringify(input), encoding: 'utf8' });
  expect(answer.stderr).toBe('');
  const peer = JSON.parse(answer.stdout) as Record<string, number>;
  const users = Int32Array.from({ length: requests }, (_, r) => r);
  const { metrics } = measureRanking({ scores, probabilities: scores, labels, weights, offsets: Int32Array.from(offsets), users }, [10]);
  for (const name of ['auc', 'log-loss', 'ndcg@10']) expect(metrics[name]).toBeCloseTo(peer[name] as number, 6);
});
