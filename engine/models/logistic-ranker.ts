import { z } from 'zod';
import { EngineError } from '#contract/errors';
import { type DenseNetwork, denseNetworkArrays, scoreDense } from '../math/dense.ts';
import { minimiseLbfgs } from '../math/lbfgs.ts';
import { logisticLoss, standardisation, standardise } from './ranking-inputs.ts';
import { type RankingModel, type RankingRows, rankingRowParams } from './ranking-model.ts';
import { loadTensorFlow } from './tensorflow.ts';

/**
 * Logistic regression: the chance that a candidate is chosen is sigmoid(Σ coefficient · standardised feature + bias).
 *
 *   minimise  mean log loss + regularization / 2 · Σ coefficient²      (the bias is free)
 *
 * by L-BFGS over all rows at once; the two products of each step, rows × coefficients and rowsᵀ × slopes, run on TensorFlow. The value
 * on the validation slice chooses the step to keep. Coefficients are `ranker.layer0.weights`, one a feature, comparable with each other.
 */
const params = z.strictObject({
  ...rankingRowParams,
  regularization: z.number().min(0).max(100).default(0.001).describe('Weight of the squared coefficients (L2); more keeps them smaller'),
  iterations: z.number().int().min(1).max(1000).default(100).describe('Steps of L-BFGS at most; fewer where it has converged'),
});

/** Steps without a better validation loss before it stops. */
const patience = 10;

/** The logits of rows in plain arrays, for the validation slice. */
function validationLoss(rows: RankingRows, standardised: Float32Array, point: Float64Array): number {
  const { rows: count, columns } = rows.features;
  const logits = new Float32Array(count);
  for (let row = 0; row < count; row++) {
    let logit = point[columns] as number;
    for (let j = 0; j < columns; j++) logit += (standardised[row * columns + j] as number) * (point[j] as number);
    logits[row] = logit;
  }
  return logisticLoss(logits, (row) => rows.labels[row] as number, new Float32Array(count));
}

export const logisticRanker: RankingModel<typeof params> = {
  id: 'logistic-ranker',
  label: 'Logistic regression',
  summary: 'A weighted sum of standardised features: quick, convex, and its coefficients can be read.',
  needs: [],
  factorised: false,
  baseline: false,
  params,
  async fit(train, validation, { regularization, iterations }, context) {
    const { tf } = await loadTensorFlow();
    const { rows, columns } = train.features;
    const { mean, scale } = standardisation(train.features);
    const all = (count: number): Int32Array => Int32Array.from({ length: count }, (_, row) => row);
    const standardised = new Float32Array(rows * columns);
    standardise(train.features, all(rows), mean, scale, standardised);
    const held = new Float32Array(validation.features.data.length);
    standardise(validation.features, all(validation.features.rows), mean, scale, held);

    const inputs = tf.tensor2d(standardised, [rows, columns]);
    const slopes = new Float32Array(rows);
    const objective = (point: Float64Array, gradient: Float64Array): number => {
      let loss = 0;
      let products: ArrayLike<number> = [];
      tf.tidy(() => {
        const coefficients = tf.tensor2d(Float32Array.from(point.subarray(0, columns)), [columns, 1]);
        const bias = point[columns] as number;
        const logits = tf.matMul(inputs, coefficients).dataSync() as Float32Array;
        for (let row = 0; row < rows; row++) logits[row] = (logits[row] as number) + bias;
        loss = logisticLoss(logits, (row) => train.labels[row] as number, slopes);
        products = tf.matMul(inputs, tf.tensor2d(slopes, [rows, 1]), true, false).dataSync();
      });
      for (let j = 0; j < columns; j++) {
        const coefficient = point[j] as number;
        loss += (regularization / 2) * coefficient * coefficient;
        gradient[j] = (products[j] as number) + regularization * coefficient;
      }
      gradient[columns] = slopes.reduce((sum, slope) => sum + slope, 0);
      return loss;
    };

    const start = new Float64Array(columns + 1);
    let best: { step: number; loss: number; point: Float64Array } = { step: 0, loss: Number.POSITIVE_INFINITY, point: start };
    const positives = train.labels.reduce((sum, label) => sum + label, 0);
    start[columns] = Math.log(positives / (rows - positives));
    const began = performance.now();
    let steps = 0;
    try {
      await minimiseLbfgs(start, objective, {
        iterations,
        tolerance: 1e-6,
        afterStep: async (step, loss, point) => {
          steps = step;
          const heldLoss = validationLoss(validation, held, point);
          if (!Number.isFinite(heldLoss))
            throw new EngineError('diverged', `Logistic regression diverged at step ${step}. Raise regularization.`);
          context.curve('ranker', step, { loss, 'validation-log-loss': heldLoss });
          if (heldLoss < best.loss) best = { step, loss: heldLoss, point };
          await context.checkpoint({
            phase: 'Training the ranker',
            done: step,
            total: iterations,
            unit: 'steps',
            metrics: { 'log-loss': heldLoss },
          });
          return step - best.step < patience;
        },
      });
    } finally {
      inputs.dispose();
    }
    const seconds = (performance.now() - began) / 1000;
    const weights = { rows: columns, columns: 1, data: Float32Array.from(best.point.subarray(0, columns)) };
    const network: DenseNetwork = { mean, scale, layers: [{ weights, bias: Float32Array.of(best.point[columns] as number) }] };
    return {
      network,
      score: (features) => scoreDense(network, features),
      save: () => denseNetworkArrays(network),
      facts: { bestEpoch: best.step, examplesPerSecond: (rows * steps) / seconds, validationLoss: best.loss },
    };
  },
};
