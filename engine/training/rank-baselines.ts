import type { Matrix } from '../math/arrays.ts';
import { sigmoid } from '../math/dense.ts';
import { minimiseLbfgs } from '../math/lbfgs.ts';
import type { RankingRows } from '../models/ranking-model.ts';

/** One feature of all rows. */
function columnOf({ rows, columns, data }: Matrix, column: number): Float32Array {
  return Float32Array.from({ length: rows }, (_, row) => data[row * columns + column] as number);
}

/** A score alone as a probability: sigmoid(a · score + b), with the a and b of least log loss on the training rows (Platt 1999). */
async function calibrate(scores: Float32Array, labels: Uint8Array): Promise<(score: number) => number> {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const deviation = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length) || 1;
  const objective = (point: Float64Array, gradient: Float64Array): number => {
    const a = point[0] as number;
    const b = point[1] as number;
    gradient.fill(0);
    let loss = 0;
    for (let i = 0; i < scores.length; i++) {
      const x = ((scores[i] as number) - mean) / deviation;
      const logit = a * x + b;
      const error = sigmoid(logit) - (labels[i] as number);
      gradient[0] = (gradient[0] as number) + (error * x) / scores.length;
      gradient[1] = (gradient[1] as number) + error / scores.length;
      loss += (Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit))) - (labels[i] as number) * logit) / scores.length;
    }
    return loss;
  };
  const point = await minimiseLbfgs(new Float64Array(2), objective, { iterations: 30, tolerance: 1e-6, afterStep: async () => true });
  return (score) => sigmoid(((point[0] as number) * (score - mean)) / deviation + (point[1] as number));
}

/** What stands beside the ranker on the very same rows: popularity alone, and retrieval's own score. */
export async function scoreBaselines(
  names: string[],
  train: RankingRows,
  test: RankingRows,
): Promise<{ model: string; label: string; scores: Float32Array; probabilities: Float32Array }[]> {
  const baselines = [
    { model: 'popularity', label: 'Popularity alone', feature: 'item-popularity' },
    { model: 'retrieval', label: 'Retrieval score alone', feature: 'dot-product' },
  ];
  return Promise.all(
    baselines.map(async ({ model, label, feature }) => {
      const column = names.indexOf(feature);
      const probability = await calibrate(columnOf(train.features, column), train.labels);
      const scores = columnOf(test.features, column);
      return { model, label, scores, probabilities: scores.map(probability) };
    }),
  );
}
