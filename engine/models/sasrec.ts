import { z } from 'zod';
import { EngineError } from '#contract/errors';
import type { NamedArrays } from '../math/arrays.ts';
import { createRandom } from '../math/random.ts';
import { scoreByVectors } from './factorised.ts';
import { epochParams } from './learning-rate.ts';
import type { FittedModel, History, Model, TrainingSet } from './model.ts';
import { wholeCatalogue } from './sasrec-columns.ts';
import { sasrecFoldIn } from './sasrec-fold-in.ts';
import { createSasrecNetwork } from './sasrec-network.ts';
import { createSasrecLearner } from './sasrec-train.ts';
import { savedMatrix } from './saved-matrix.ts';
import { type Contender, trainEpochs } from './train-epochs.ts';
import { createHistories } from './two-tower-examples.ts';
import { directionOf, meanVector } from './two-tower-new-items.ts';
import { withinMeans } from './two-tower-sample.ts';

/**
 * SASRec: a user is the sequence of their items, read by causal self-attention (Kang & McAuley 2018), trained by a softmax over many items in the place of one
 * negative (Klenitskiy & Vasilev 2023, Petrov & Macdonald 2023).
 *
 *   x_t = e(item t − 1) + p_t                                        e(start) before the first item; p: learned positions
 *   each block:  x += dropout(A(norm x) O),  x += dropout(relu(norm(x) W₁ + b₁) W₂ + b₂)
 *   A(n)_t = Σ over s ≤ t: softmax_s(n_t Q · n_s K / √width) n_s V          in each head
 *   s_ti = cos(x_t, e_i) / temperature,   loss = Σ_t log Σ_i c_i exp s_ti − s_t,own          over the items i that the user had not met before t
 *
 * See `in-batch-softmax.ts` for the loss. Adam changes the blocks, Adagrad those rows of the items that a batch touched.
 */
const params = z.strictObject({
  dimensions: z.number().int().min(2).max(512).default(64).describe('Length of the vectors of users, items and positions.'),
  blocks: z.number().int().min(1).max(8).default(2).describe('Blocks of attention and a small network, one on the other.'),
  heads: z.number().int().min(1).max(16).default(1).describe('Parts of a vector that attend each on their own; they divide it evenly.'),
  maxLength: z.number().int().min(2).max(512).default(50).describe('By how many of their latest items at most a user is known.'),
  horizon: z
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(0)
    .describe('One of so many items that come next is to be predicted; 1 is the very next one. 0 lets validation choose between 1 and 20.'),
  temperature: z.number().min(0.02).max(2).default(0.2).describe('Divides the cosine: the lower, the surer of itself the model.'),
  dropout: z.number().min(0).max(0.9).default(0.2).describe('Share of the inputs, and of what each block adds, that a step leaves out.'),
  learningRate: z.number().gt(0).max(1).default(0.003).describe('Step size of Adam, which changes the blocks.'),
  itemLearningRate: z.number().gt(0).max(10).default(0.1).describe('Step size of Adagrad, which changes the items.'),
  batchSize: z.number().int().min(16).max(65_536).default(2048).describe('Items that a step predicts, about.'),
  negatives: z
    .number()
    .int()
    .min(1)
    .max(65_536)
    .default(1024)
    .describe('Items drawn for each step beside those of its batch; up to 4,096 items, all of them are told apart instead.'),
  ...epochParams({ epochs: 60, patience: 6, warmUp: 0, schedule: 'constant' }),
});
type Settings = z.output<typeof params>;

/** What validation is left to choose. Without validation the first is taken. */
const horizons = [1, 20];

function contendersOf({ itemCount, ...set }: TrainingSet, settings: Settings, seed: number): Contender[] {
  const { learningRate, warmUp, schedule, temperature } = settings;
  const histories = createHistories(set);
  const choices = settings.horizon === 0 ? horizons : [settings.horizon];
  return choices.map((horizon) => ({
    settled: { horizon },
    rates: { learningRate, warmUp, schedule },
    advice: `Choose a smaller learning rate (now ${learningRate}) or a higher temperature (now ${temperature}).`,
    create: () => createSasrecLearner(histories, itemCount, { ...settings, horizon }, createRandom(seed, 'sasrec')),
  }));
}

function fitted(arrays: NamedArrays, settings: Settings): FittedModel {
  const users = savedMatrix(arrays, 'user.embedding', 'SASRec');
  const foldIn = sasrecFoldIn(arrays, settings);
  let mean: Float64Array | undefined;
  return {
    ...scoreByVectors(users, savedMatrix(arrays, 'item.embedding', 'SASRec')),
    foldIn,
    // Where the very next item was learned (0: by default), the latest ones say it. Else a blend says more, by measurement (docs/models.md).
    ...(settings.horizon <= 1 ? { follow: (_: number, { items }: History) => foldIn(items) } : {}),
    foldInItem({ userRows }) {
      mean ??= meanVector(users);
      return userRows.length > 0 ? directionOf(users, mean, userRows) : new Float32Array(users.columns);
    },
    save: () => arrays,
  };
}

export const sasrec: Model<typeof params> = {
  id: 'sasrec',
  label: 'SASRec',
  summary:
    'Reads a user’s items in their order by self-attention, as a language model reads words, and points at what comes next. Serves from a vector index.',
  paper: 'Kang & McAuley 2018: Self-attentive sequential recommendation',
  goodFor:
    'Data where the order of items says what comes next: media, courses, shopping by steps. Without such an order, iALS or the two-tower are as good in less time.',
  newUsers: 'Reads a new user’s items as training read everybody’s; without any, recommends what users start with.',
  newItems: 'Places a new item where the users who had it differ from the rest; one that nobody had yet waits for its first users.',
  needs: ['timestamps'],
  factorised: true,
  baseline: false,
  params,
  memoryBytes({ users, items, pairs }, { dimensions, blocks, heads, maxLength, batchSize, negatives, horizon }) {
    const tables = items * dimensions * 4 * (horizon === 0 ? 8 : 5);
    const columns = items <= wholeCatalogue ? items : Math.min(items, batchSize + negatives);
    // What a step keeps for its way back, of each position.
    const position = (80 * dimensions * blocks + 10 * maxLength * heads * blocks + 4 * columns) * 4;
    return tables + users * dimensions * 8 + Math.max(batchSize, maxLength) * position + pairs * 32;
  },
  async fit(set, settings, context) {
    const { dimensions, heads } = settings;
    if (dimensions % heads !== 0)
      throw new EngineError('invalid_input', `heads: ${heads} do not divide ${dimensions} dimensions evenly.`, { heads, dimensions });
    const make = (on: TrainingSet): Contender[] => contendersOf(on, settings, context.seed);
    const { best, facts } = await trainEpochs(await withinMeans(set, make, context), settings, context);
    const network = createSasrecNetwork(createHistories(set), set.itemCount, settings, createRandom(context.seed, 'sasrec'));
    try {
      network.restore(best);
      const arrays = await network.save((done, total) => context.checkpoint({ phase: 'Embedding users', done, total, unit: 'users' }));
      return { ...fitted(arrays, settings), facts };
    } finally {
      network.dispose();
    }
  },
  foldIn: sasrecFoldIn,
  load: fitted,
};
