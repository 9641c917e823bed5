import { z } from 'zod';

/** What a learning rate does after its warm-up. */
export type Schedule = 'constant' | 'cosine' | 'linear';

export interface RatePlan {
  learningRate: number;
  /** Share of all steps in which the rate rises from nothing to its full height. */
  warmUp: number;
  schedule: Schedule;
}

/**
 * The learning rate of one of `steps` steps, counted from 0. It rises in a line over the first `warmUp` of them, to be full at the next step; then, with p from 0
 * to 1 over the rest:
 *
 *   constant: full      linear: full · (1 − p)      cosine: full · (1 + cos πp) / 2     (Loshchilov & Hutter 2017)
 */
export function rateAt({ learningRate, warmUp, schedule }: RatePlan, step: number, steps: number): number {
  const rising = Math.floor(warmUp * steps);
  if (step < rising) return (learningRate * (step + 1)) / (rising + 1);
  if (schedule === 'constant') return learningRate;
  const gone = Math.min(1, (step - rising) / Math.max(1, steps - rising));
  return learningRate * (schedule === 'linear' ? 1 - gone : (1 + Math.cos(Math.PI * gone)) / 2);
}

/** The parameters that models which learn by epochs have in common. */
export const epochParams = (defaults: { epochs: number; patience: number; warmUp: number; schedule: Schedule }) => ({
  epochs: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(defaults.epochs)
    .describe('Passes over the examples at most; validation stops earlier.'),
  patience: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(defaults.patience)
    .describe('Epochs without a better validation NDCG before training stops.'),
  warmUp: z
    .number()
    .min(0)
    .max(0.9)
    .default(defaults.warmUp)
    .describe('Share of the steps in which the learning rate rises to its full height.'),
  schedule: z
    .enum(['constant', 'cosine', 'linear'])
    .default(defaults.schedule)
    .describe('What the learning rate does after that: stay, or fall to nothing along a cosine or a line.'),
  scheduleEpochs: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(0)
    .describe('Epochs over which the learning rate rises and falls, however many are trained; 0 takes as many as are trained at most.'),
});
