import { z } from 'zod';
import { createKernelPool } from '../kernels/kernel-pool.ts';
import type { NamedArrays } from '../math/arrays.ts';
import { createRandom } from '../math/random.ts';
import { transpose } from '../math/sparse.ts';
import { scoreByVectors } from './factorised.ts';
import { createGraph } from './graph-table.ts';
import { epochParams } from './learning-rate.ts';
import { foldIn, foldInGraphs } from './lightgcn-fold-in.ts';
import { createLightgcnLearner, createWorkspace } from './lightgcn-train.ts';
import type { FittedModel, Model } from './model.ts';
import { savedMatrix } from './saved-matrix.ts';
import { type Contender, trainEpochs } from './train-epochs.ts';

/**
 * LightGCN: vectors of users and items that are smoothed over the graph of who had what (He et al. 2020).
 *
 *   E_l+1 = D^-½ A D^-½ E_l          A: the graph, D: how many neighbours each has, E_0: what is learned
 *   vectors = (E_0 + … + E_layers) / (layers + 1)
 *   softmax:  minimise  Σ −ln (exp(s_ui / temperature) / Σ over items j of the batch: c_j exp(s_uj / temperature)),  s: the cosine
 *   bpr:      minimise  Σ −ln σ(s_ui − s_uj) over pairs (u, i) and a drawn item j that u has not,  s: the dot product
 *
 * c corrects for how often an item is in a batch (see `in-batch-softmax.ts`). Adam; each step leads the vectors over the whole graph, and the slope back.
 */
const params = z.strictObject({
  dimensions: z.number().int().min(1).max(1024).default(64).describe('Length of the user and item vectors.'),
  layers: z.number().int().min(1).max(8).default(3).describe('Steps over the graph that are averaged, beside the vectors as they are.'),
  loss: z
    .enum(['auto', 'softmax', 'bpr'])
    .default('auto')
    .describe(
      'What is learned from: an item among all of its batch, by the cosine; or beside one other item, by the dot product. auto lets validation choose.',
    ),
  temperature: z
    .number()
    .min(0)
    .max(2)
    .default(0)
    .describe('Divides the cosine of softmax: lower tells near items apart more sharply. 0 lets validation choose between 0.2 and 0.1.')
    .refine((value) => value === 0 || value >= 0.02, 'it must be 0, or at least 0.02'),
  regularisation: z
    .number()
    .min(-1)
    .max(1)
    .default(-1)
    .describe(
      'Holds down the vectors of each batch, before they are smoothed. −1 takes 0.0001 with softmax, and lets validation choose between 0.01 and 0.001 with bpr.',
    )
    .refine((value) => value === -1 || value >= 0, 'it must be −1, or 0 and more'),
  learningRate: z.number().gt(0).max(1).default(0.01).describe('Step size of Adam.'),
  batchSize: z
    .number()
    .int()
    .min(0)
    .max(65_536)
    .default(0)
    .describe('Pairs a step; each leads over the whole graph. 0 takes a 32nd of the pairs, 1,024 to 8,192 of them.'),
  ...epochParams({ epochs: 100, patience: 10, warmUp: 0, schedule: 'constant' }),
});
type Settings = z.output<typeof params>;

interface Choice extends Record<string, unknown> {
  loss: 'softmax' | 'bpr';
  temperature: number;
  regularisation: number;
}

/** What validation is left to choose from. Without validation the first is taken. */
const choices: Choice[] = [
  { loss: 'bpr', temperature: 0.2, regularisation: 0.01 },
  { loss: 'softmax', temperature: 0.2, regularisation: 1e-4 },
  { loss: 'bpr', temperature: 0.2, regularisation: 1e-3 },
  { loss: 'softmax', temperature: 0.1, regularisation: 1e-4 },
];
/** Epochs after which half of them drop out: the losses are not equally quick. */
const roundEpochs = 4;
/** Several tables side by side, as long as they take no more than this. */
const searchBytes = 1e9;

/** Bytes of one table. */
const tableBytes = (nodes: number, dimensions: number): number => nodes * (dimensions + 15) * 4;

/** The choices that agree with what is given, as many as go side by side. */
function choicesOf({ loss, temperature, regularisation }: Settings, table: number): Choice[] {
  const open = choices
    .filter((choice) => loss === 'auto' || choice.loss === loss)
    .map((choice) => ({
      ...choice,
      temperature: temperature || choice.temperature,
      regularisation: regularisation === -1 ? choice.regularisation : regularisation,
    }));
  const same = (a: Choice, b: Choice): boolean =>
    a.loss === b.loss && a.regularisation === b.regularisation && (a.loss === 'bpr' || a.temperature === b.temperature);
  const distinct = open.filter((choice, at) => open.findIndex((other) => same(choice, other)) === at);
  return distinct.slice(0, Math.max(1, Math.floor(searchBytes / (3 * Math.max(1, table)))));
}

function fitted(arrays: NamedArrays, facts?: FittedModel['facts']): FittedModel {
  const sides = foldInGraphs(arrays);
  return {
    ...scoreByVectors(savedMatrix(arrays, 'user.embedding', 'LightGCN'), savedMatrix(arrays, 'item.embedding', 'LightGCN')),
    foldIn: (itemRows) => foldIn(sides.users, itemRows),
    foldInItem: ({ userRows }) => foldIn(sides.items, userRows),
    save: () => arrays,
    ...(facts ? { facts } : {}),
  };
}

export const lightgcn: Model<typeof params> = {
  id: 'lightgcn',
  label: 'LightGCN',
  summary: 'Vectors of users and items, smoothed over the graph of who had what while they are learned.',
  paper: 'He, Deng, Wang, Li, Zhang, Wang 2020: LightGCN: simplifying and powering graph convolution network for recommendation',
  goodFor: 'Data without attributes where neighbours of neighbours tell something, up to a few million pairs; served by the vector index.',
  newUsers: 'Makes a new user’s vector of their items’ vectors, as the graph would.',
  newItems: 'Makes a new item’s vector of its first users’ vectors; one that nobody had yet waits for them.',
  needs: [],
  factorised: true,
  baseline: false,
  params,
  memoryBytes({ users, items, pairs }, settings) {
    const nodes = users + items;
    const table = tableBytes(nodes, settings.dimensions);
    const contenders = choicesOf(settings, table).length;
    // The table and Adam's two of each contender, its best epoch and a checkpoint; what a step needs, and a copy for scoring; both ways of the graph.
    return table * (contenders * 5 + 7) + pairs * 40;
  },
  async fit({ matrix, userCount, itemCount }, settings, context) {
    const { learningRate, warmUp, schedule, dimensions } = settings;
    const batchSize = settings.batchSize || Math.min(8192, Math.max(1024, Math.ceil(matrix.indices.length / 32)));
    const pool = createKernelPool();
    try {
      const graph = createGraph(pool, matrix, transpose(matrix));
      const workspace = createWorkspace(pool, graph.rows, dimensions);
      const contenders = choicesOf(settings, tableBytes(userCount + itemCount, dimensions)).map((settled): Contender => {
        const create = () =>
          createLightgcnLearner(
            pool,
            { graph, matrix, workspace },
            { ...settings, ...settled, batchSize },
            createRandom(context.seed, 'lightgcn'),
          );
        const advice = `Choose a smaller learning rate (now ${learningRate}) or more regularisation (now ${settled.regularisation}).`;
        const { temperature, ...others } = settled;
        return {
          settled: settled.loss === 'bpr' ? others : { temperature, ...others },
          rates: { learningRate, warmUp, schedule },
          advice,
          create,
        };
      });
      const { best, facts } = await trainEpochs(contenders, { ...settings, roundEpochs }, context);
      return fitted(best, facts);
    } finally {
      await pool.dispose();
    }
  },
  foldIn(arrays) {
    const { users } = foldInGraphs(arrays);
    return (itemRows) => foldIn(users, itemRows);
  },
  load: (arrays) => fitted(arrays),
};
