import type * as Tfjs from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { EngineError } from '#contract/errors';
import { createAdam } from '../math/adam.ts';
import { type DenseLayer, type DenseNetwork, denseNetworkArrays } from '../math/dense.ts';
import type { Random } from '../math/random.ts';
import { backward, denseLogits, denseScores, forward, initialLayers, layerTensors, parametersOf } from './dense-layers.ts';
import { logisticLoss, standardisation, standardise } from './ranking-inputs.ts';
import { type RankingModel, rankingRowParams } from './ranking-model.ts';
import { loadTensorFlow } from './tensorflow.ts';

/**
 * A small neural ranker: standardised features → dense layers with ReLU → one logit; the chance that a candidate is chosen is its sigmoid.
 *
 *   minimise  mean log loss + regularization / 2 · Σ weight²
 *
 * by Adam over shuffled mini-batches. After each epoch the log loss of the validation slice is taken; the weights of the best epoch stay.
 */
const params = z.strictObject({
  ...rankingRowParams,
  hidden: z
    .array(z.number().int().min(1).max(1024))
    .max(4)
    .default([64, 32])
    .describe('Width of each hidden layer, from the features to the score'),
  learningRate: z.number().gt(0).max(1).default(0.001).describe('Step size of Adam'),
  regularization: z.number().min(0).max(1).default(0.01).describe('Weight of the squared weights (L2); more keeps them smaller'),
  dropout: z.number().min(0).max(0.9).default(0.1).describe('Share of hidden outputs left out at each step; 0 leaves out none'),
  batchSize: z.number().int().min(16).max(65_536).default(1024).describe('Rows per step'),
  epochs: z.number().int().min(1).max(500).default(30).describe('Passes over the rows at most'),
  patience: z.number().int().min(1).max(100).default(3).describe('Epochs without a better validation log loss before it stops'),
});

/** 0 for an output that is left out, else 1 / (1 - share), so that the sum keeps its size. */
function dropoutMask(tf: typeof Tfjs, rows: number, width: number, share: number, random: Random): Tfjs.Tensor2D {
  const mask = new Float32Array(rows * width);
  for (let i = 0; i < mask.length; i++) if (random.next() >= share) mask[i] = 1 / (1 - share);
  return tf.tensor2d(mask, [rows, width]);
}

const copyOf = (layers: DenseLayer[]): DenseLayer[] =>
  layers.map(({ weights, bias }) => ({ weights: { ...weights, data: weights.data.slice() }, bias: bias.slice() }));

export const neuralRanker: RankingModel<typeof params> = {
  id: 'neural-ranker',
  label: 'Neural ranker',
  summary: 'A small network over embeddings, their product and counters: finds combinations that a weighted sum cannot.',
  needs: [],
  factorised: false,
  baseline: false,
  params,
  async fit(train, validation, { hidden, learningRate, regularization, dropout, batchSize, epochs, patience }, context) {
    const { tf } = await loadTensorFlow();
    const { rows, columns } = train.features;
    const layers = initialLayers([columns, ...hidden, 1], context.random.fork('weights'));
    const network: DenseNetwork = { ...standardisation(train.features), layers };
    const parameters = parametersOf(layers);
    const adam = createAdam(parameters, learningRate);
    const random = context.random.fork('batches');
    const order = Int32Array.from({ length: rows }, (_, row) => row);
    const batches = Math.ceil(rows / batchSize);

    /** One step; returns the mean log loss of the batch before it. */
    const step = (numbers: Int32Array): number => {
      const batch = new Float32Array(numbers.length * columns);
      standardise(train.features, numbers, network.mean, network.scale, batch);
      let loss = 0;
      let gradients: Float32Array[] = [];
      tf.tidy(() => {
        const tensors = layerTensors(tf, layers);
        const masks = dropout > 0 ? hidden.map((width) => dropoutMask(tf, numbers.length, width, dropout, random)) : [];
        const { inputs, logits } = forward(tf, tensors, tf.tensor2d(batch, [numbers.length, columns]), masks);
        const slopes = new Float32Array(numbers.length);
        loss = logisticLoss(logits.dataSync() as Float32Array, (row) => train.labels[numbers[row] as number] as number, slopes);
        gradients = backward(tf, tensors, inputs, tf.tensor2d(slopes, [numbers.length, 1]), masks);
      });
      // Even places hold weights, odd ones biases, which stay free.
      for (let p = 0; p < parameters.length; p += 2) {
        const values = parameters[p] as Float32Array;
        const gradient = gradients[p] as Float32Array;
        for (let i = 0; i < values.length; i++) gradient[i] = (gradient[i] as number) + regularization * (values[i] as number);
      }
      adam.update(gradients);
      return loss;
    };

    let best = { epoch: 0, loss: Number.POSITIVE_INFINITY, layers: copyOf(layers) };
    let examples = 0;
    let milliseconds = 0;
    const heldSlopes = new Float32Array(validation.features.rows);
    for (let epoch = 1; epoch <= epochs && epoch - best.epoch <= patience; epoch++) {
      random.shuffle(order);
      let loss = 0;
      for (let batch = 0; batch < batches; batch++) {
        const began = performance.now();
        const numbers = order.subarray(batch * batchSize, (batch + 1) * batchSize);
        loss += step(numbers) * numbers.length;
        milliseconds += performance.now() - began;
        examples += numbers.length;
        if (!Number.isFinite(loss)) {
          throw new EngineError('diverged', `The neural ranker diverged in epoch ${epoch}. Lower its learning rate (now ${learningRate}).`);
        }
        if (batch % 8 === 0) {
          const done = epoch - 1 + batch / batches;
          await context.checkpoint({
            phase: 'Training the ranker',
            done,
            total: epochs,
            unit: 'epochs',
            rate: done / (milliseconds / 1000),
          });
        }
      }
      const heldLoss = logisticLoss(denseLogits(tf, network, validation.features), (row) => validation.labels[row] as number, heldSlopes);
      if (!Number.isFinite(heldLoss)) {
        throw new EngineError('diverged', `The neural ranker diverged in epoch ${epoch}. Lower its learning rate (now ${learningRate}).`);
      }
      context.curve('ranker', epoch, { loss: loss / rows, 'validation-log-loss': heldLoss });
      if (heldLoss < best.loss) best = { epoch, loss: heldLoss, layers: copyOf(layers) };
    }
    const kept: DenseNetwork = { mean: network.mean, scale: network.scale, layers: best.layers };
    return {
      network: kept,
      score: (features) => denseScores(tf, kept, features),
      save: () => denseNetworkArrays(kept),
      facts: { bestEpoch: best.epoch, examplesPerSecond: (1000 * examples) / milliseconds, validationLoss: best.loss },
    };
  },
};
