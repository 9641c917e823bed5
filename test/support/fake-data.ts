import type { RecommendAnswer } from '#contract/api/recommend-routes';
import type { BundleInfo } from '#contract/bundle';
import type { DataProfile, DataSeries, FilePreview, ImportedFile, ImportResult, TablePage } from '#contract/data';
import type { CurvePoint, Job, LogLine } from '#contract/job';
import type { ModelInfo } from '#contract/model';
import type { OutputOf } from '#contract/operations';
import type { PipelineResult } from '#contract/pipeline';
import type { ComparedMetric, Interval, Run, RunComparison, Slice, UserView } from '#contract/run';
import type { SystemInfo } from '#contract/system';
import { verdictOf } from '#contract/verdict';
import type { WorkspaceSummary } from '#contract/workspace';

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

export const workspace: WorkspaceSummary = {
  path: '/home/ada/Recsmith/sample',
  name: 'sample',
  createdAt: ago(5000),
  users: 1000,
  items: 500,
  interactions: 100_000,
  runs: 3,
  bundles: 1,
  activeBundle: 'b-0001',
};

export const recent: OutputOf<'workspace.recent'> = [
  { path: workspace.path, name: 'sample', openedAt: ago(3), exists: true },
  { path: '/home/ada/data/movielens', name: 'movielens', openedAt: ago(1500), exists: true },
  { path: '/media/usb/shop-2023', name: 'shop-2023', openedAt: ago(90_000), exists: false },
];

export const system: SystemInfo = {
  version: '0.1.0',
  platform: 'linux',
  node: '20.20.0',
  cores: 2,
  memoryBytes: 16_000_000_000,
  engineMemoryBytes: 412_000_000,
  device: {
    backend: 'tensorflow',
    device: 'cpu',
    version: '2.21.0',
    reason: 'No NVIDIA GPU was found.',
    improve: 'Install a CUDA 12 driver to train on a GPU.',
  },
};

export const models: ModelInfo[] = [
  {
    id: 'popularity',
    label: 'Popularity',
    role: 'retrieval',
    summary: 'The same list for everybody: items by how often they were interacted with.',
    needs: [],
    factorised: false,
    baseline: true,
    parameters: [
      {
        name: 'halfLifeDays',
        kind: 'number',
        description: 'Days after which an interaction counts half; 0 for never.',
        default: 0,
        minimum: 0,
      },
    ],
  },
  {
    id: 'item-knn',
    label: 'Item KNN',
    role: 'retrieval',
    summary: 'Items near those that the user had, by cosine over users.',
    paper: 'Sarwar et al. 2001',
    needs: [],
    factorised: false,
    baseline: true,
    parameters: [
      { name: 'neighbours', kind: 'integer', description: 'Neighbours kept of each item.', default: 100, minimum: 1, maximum: 1000 },
      { name: 'shrink', kind: 'number', description: 'Pulls similarities of rare items towards zero.', default: 10, minimum: 0 },
    ],
  },
  {
    id: 'two-tower',
    label: 'Two-tower',
    role: 'retrieval',
    summary: 'A user tower and an item tower meet in one embedding space; trained with in-batch negatives and logQ correction.',
    paper: 'Yi et al., RecSys 2019',
    needs: ['timestamps', 'attributes'],
    factorised: true,
    baseline: false,
    parameters: [
      { name: 'factors', kind: 'integer', description: 'Dimension of the embeddings.', default: 64, minimum: 8, maximum: 512 },
      { name: 'learningRate', kind: 'number', description: 'Step size of Adagrad.', default: 0.1, minimum: 0.0001, maximum: 1 },
      {
        name: 'temperature',
        kind: 'number',
        description: 'Divides the cosine: smaller is sharper.',
        default: 0.1,
        minimum: 0.01,
        maximum: 1,
      },
      {
        name: 'batchSize',
        kind: 'integer',
        description: 'Examples in a batch, and so negatives of each.',
        default: 1024,
        minimum: 16,
        maximum: 65536,
      },
      {
        name: 'epochs',
        kind: 'integer',
        description: 'Most epochs; early stopping may end before.',
        default: 20,
        minimum: 1,
        maximum: 500,
      },
      {
        name: 'hiddenLayers',
        kind: 'integers',
        description: 'Widths of hidden layers; none for plain embeddings.',
        default: [],
        minimum: 1,
        maximum: 2048,
      },
      {
        name: 'optimizer',
        kind: 'choice',
        description: 'Updates touch only the rows of the batch.',
        default: 'adagrad',
        choices: ['adagrad', 'adam'],
      },
      { name: 'logQ', kind: 'boolean', description: 'Correct for popular items being negatives more often.', default: true },
    ],
  },
  {
    id: 'logistic-ranker',
    label: 'Logistic regression',
    role: 'ranking',
    summary: 'Weights over embeddings, recency, popularity and time of day.',
    needs: ['timestamps'],
    factorised: false,
    baseline: true,
    parameters: [{ name: 'regularization', kind: 'number', description: 'L2 penalty.', default: 0.0001, minimum: 0 }],
  },
  {
    id: 'neural-ranker',
    label: 'Neural ranker',
    role: 'ranking',
    summary: 'A small network over user and item embeddings, their product and context.',
    needs: ['timestamps'],
    factorised: false,
    baseline: false,
    parameters: [
      { name: 'hiddenLayers', kind: 'integers', description: 'Widths of the hidden layers.', default: [64, 32], minimum: 1, maximum: 2048 },
    ],
  },
];

export const curve: CurvePoint[] = Array.from({ length: 20 }, (_, index) => ({
  phase: 'train',
  step: index + 1,
  metrics: { loss: 6.2 * 0.9 ** index + 3.1, 'ndcg@10': 0.118 * (1 - 0.78 ** (index + 1)) - Math.max(0, index - 14) * 0.001 },
}));

const baselines: Run['baselines'] = [
  {
    model: 'item-knn',
    label: 'Item KNN',
    metrics: { 'ndcg@10': 0.0921, 'hit-rate@10': 0.3512, 'recall@20': 0.1411, 'mrr@10': 0.1432, 'coverage@10': 0.61 },
  },
  {
    model: 'popularity',
    label: 'Popularity',
    metrics: { 'ndcg@10': 0.0583, 'hit-rate@10': 0.2418, 'recall@20': 0.0922, 'mrr@10': 0.0951, 'coverage@10': 0.04 },
  },
];

const metrics = { 'ndcg@10': 0.1148, 'hit-rate@10': 0.4121, 'recall@20': 0.1794, 'mrr@10': 0.1822, 'coverage@10': 0.73 };
const errors = { 'ndcg@10': 0.0042, 'hit-rate@10': 0.0156, 'recall@20': 0.0061, 'mrr@10': 0.0072 };
const oracle = { 'ndcg@10': 0.1342, 'hit-rate@10': 0.4511, 'recall@20': 0.2052, 'mrr@10': 0.2101, 'coverage@10': 0.88 };

const run: Run = {
  id: 'r-20261123-two-tower-1',
  role: 'retrieval',
  model: 'two-tower',
  label: 'Two-tower',
  params: {
    factors: 64,
    learningRate: 0.1,
    temperature: 0.1,
    batchSize: 1024,
    epochs: 20,
    hiddenLayers: [],
    optimizer: 'adagrad',
    logQ: true,
  },
  seed: 42,
  split: { kind: 'temporal', testShare: 0.2 },
  selection: { minValue: 'auto' },
  dataFingerprint: 'c0ffee',
  counts: { users: 1000, items: 500, train: 72_000, validation: 8000, test: 20_000, testUsers: 998 },
  metrics,
  errors,
  validation: {},
  baselines,
  oracle,
  curve,
  bestEpoch: 15,
  seconds: 14.2,
  examplesPerSecond: 91_224,
  peakMemoryBytes: 611_000_000,
  device: system.device!,
  versions: { recsmith: '0.1.0' },
  createdAt: ago(12),
};

export const runs: Run[] = [
  run,
  {
    ...run,
    id: 'r-20261123-neural-ranker-1',
    role: 'ranking',
    model: 'neural-ranker',
    label: 'Neural ranker',
    metrics: { auc: 0.7912, 'log-loss': 0.4821, 'ndcg@10': 0.3912 },
    errors: { 'ndcg@10': 0.006 },
    baselines: [
      { model: 'logistic-ranker', label: 'Logistic regression', metrics: { auc: 0.7411, 'log-loss': 0.5233, 'ndcg@10': 0.3604 } },
    ],
    oracle: undefined,
    retrievalRun: run.id,
    createdAt: ago(11),
  } as Run,
  { ...run, id: 'r-20261122-two-tower-1', seed: 7, metrics: { ...metrics, 'ndcg@10': 0.1102 }, createdAt: ago(1600) },
];

/** A whole zoo, each trained once: one of them on other data, one only on another split. */
export const zooModels: ModelInfo[] = [
  ...models.filter((model) => model.id === 'two-tower'),
  ...(
    [
      ['ials', 'iALS', 'Factors by alternating least squares, unobserved pairs weighted.', true],
      ['ease', 'EASE', 'A dense item-item matrix in closed form.', false],
      ['normalised-linear', 'Normalised linear', 'EASE with degree-normalised users and items.', false],
      ['gf-cf', 'Spectral filter', 'A low-pass filter on the co-occurrence graph.', false],
      ['lightgcn', 'LightGCN', 'Embeddings smoothed over the graph of who had what.', true],
      ['sasrec', 'SASRec', 'Self-attention over the sequence of items.', true],
      ['bpr', 'BPR', 'Factors that rank what a user had above what they had not.', true],
      ['rp3beta', 'RP3beta', 'Random walks of three steps, popular items damped.', false],
      ['user-knn', 'User-KNN', 'What users like this one had.', false],
    ] as const
  ).map(([id, label, summary, factorised]): ModelInfo => {
    return {
      id,
      label,
      role: 'retrieval',
      summary,
      goodFor: 'Middle-sized data where many items were had together; explains itself by what a user had.',
      newUsers: 'Scores by the items that a new user has, without training.',
      newItems: 'Counts at the next training, which takes seconds.',
      paper: 'Somebody et al. 2021',
      needs: id === 'sasrec' ? ['timestamps'] : [],
      factorised,
      baseline: false,
      parameters: [],
    };
  }),
  ...models.filter((model) => model.id !== 'two-tower'),
];

/** Name, users, and how much better than the whole. */
const sliceParts: [Slice['of'], string, [string, number, number][]][] = [
  [
    'users',
    'activity',
    [
      ['new users (at most 5 training items)', 41, 0.62],
      ['light users (6 to 61 training items)', 492, 0.93],
      ['heavy users (62 to 1,204 training items)', 465, 1.11],
    ],
  ],
  [
    'users',
    'cohort',
    [
      ['student', 402, 1.04],
      ['casual', 300, 0.97],
      ['teacher', 190, 1.02],
      ['retired', 106, 0.88],
    ],
  ],
  [
    'users',
    'country',
    [
      ['PT', 512, 1.01],
      ['Brasil and a country with a rather long name', 300, 0.99],
    ],
  ],
  [
    'items',
    'popularity',
    [
      ['head items (210 to 902 training users)', 990, 1.34],
      ['middle items (71 to 209 training users)', 931, 0.58],
      ['tail items (0 to 70 training users)', 702, 0.21],
    ],
  ],
  [
    'items',
    'category',
    [
      ['video', 880, 1.05],
      ['article', 861, 0.96],
      ['quiz', 640, 0.78],
    ],
  ],
];

const around = (value: number, half: number): Interval => [Math.max(0, value - half), value + half];

const slicesOf = (whole: Record<string, number>): Slice[] =>
  sliceParts.flatMap(([of, by, parts]) =>
    parts.map(([name, users, factor]): Slice => {
      const values = ['ndcg@10', 'recall@10', 'hit-rate@10'].map((metric) => [metric, (whole[metric] ?? 0.1) * factor] as const);
      return {
        ...{ of, by, name, users },
        metrics: Object.fromEntries(values),
        intervals: Object.fromEntries(values.map(([metric, value]) => [metric, around(value, 0.28 / Math.sqrt(users))])),
      };
    }),
  );

/** Lowest and highest value, of the worst and the best model of the zoo. */
const accuracyOf = (scale: number, k: number): Record<string, number> =>
  Object.fromEntries(
    ['ndcg', 'hit-rate', 'recall', 'mrr', 'map', 'precision'].map((name, at) => [
      `${name}@${k}`,
      [0.062, 0.112, 0.081, 0.071, 0.041, 0.032][at]! * scale * (k === 20 ? 1.2 : 1),
    ]),
  );

const beyondOf = (scale: number, k: number): Record<string, number> =>
  Object.fromEntries(
    Object.entries({
      coverage: 0.61 * scale,
      gini: 0.89 - 0.1 * scale,
      novelty: 4.31 * scale,
      diversity: 0.71 * scale,
      'attribute-diversity': 0.52,
      serendipity: 0.011 * scale,
      arp: 412.331 / scale,
      'long-tail': 0.083 * scale,
    }).map(([name, value]) => [`${name}@${k}`, value]),
  );

/** A model ahead of a baseline by a share of its values, on some metrics clearly. */
const differencesOf = (values: Record<string, number>, share: number) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value], at) => {
      const difference = value * share;
      const half = at % 3 === 1 ? 2 * difference : 0.6 * difference;
      return [name, { difference, interval: [difference - half, difference + half] as Interval, p: at % 3 === 1 ? 0.31 : 0.0012 }];
    }),
  );

export const zooRuns: Run[] = zooModels
  .filter((model) => model.role === 'retrieval' && model.id !== 'sasrec' && model.id !== 'bpr')
  .map((model, index): Run => {
    const scale = 1.05 - 0.06 * index;
    const accuracy = { ...accuracyOf(scale, 10), ...accuracyOf(scale, 20) };
    const beyond = { ...beyondOf(scale, 10), ...beyondOf(scale, 20) };
    const errors = Object.keys({ ...accuracy, ...beyond }).filter((name) => !/^(coverage|gini)/.test(name));
    const better = (factor: number) =>
      Object.fromEntries(Object.entries({ ...accuracy, ...beyond }).map(([name, value]) => [name, value * factor]));
    const evidence =
      model.id === 'popularity'
        ? {}
        : {
            intervals: Object.fromEntries(Object.entries(accuracy).map(([name, value]) => [name, around(value, 0.0058)])),
            slices: slicesOf(accuracy),
            modelBytes: 1_900_000 * (index + 1),
            testFingerprint: model.id === 'ease' ? 'another' : 'a1b2',
          };
    return {
      ...run,
      id: `r-20261123-${model.id}-9`,
      model: model.id,
      label: model.label,
      metrics: { ...accuracy, ...beyond },
      errors: Object.fromEntries(errors.map((name) => [name, name.startsWith('arp') ? 6.1 : 0.0031])),
      ...evidence,
      baselines: [
        { model: 'item-knn', label: 'Item KNN', metrics: better(0.93), differences: differencesOf(accuracy, 0.07) },
        { model: 'popularity', label: 'Popularity', metrics: better(0.71) },
      ],
      oracle: { 'ndcg@10': 0.0712, 'hit-rate@10': 0.1512, 'ndcg@20': 0.0931 },
      seconds: 0.4 * (index + 1) ** 2,
      peakMemoryBytes: 210_000_000 + index * 43_000_000,
      latencyMs: 0.21 + index * 0.4,
      dataFingerprint: model.id === 'lightgcn' ? 'old' : 'c0ffee',
      createdAt: ago(2 + index),
    };
  });

/** Two runs of the zoo; the nearer they are, the less sure is the difference. */
export function comparison(first: Run, second: Run, limit: number): RunComparison {
  const metrics = Object.keys(first.intervals ?? {}).map((name, index): ComparedMetric => {
    const [a, b] = [first.metrics[name]!, second.metrics[name]!];
    const difference = (b - a) * (index % 3 === 2 ? 0.4 : 1);
    const half = 0.0026 + 0.0003 * (index % 4);
    const p = Math.min(1, 0.0001 + Math.exp(-((Math.abs(difference) / half) ** 2) * 3));
    const [better, worse] = difference > 0 ? [212, 160] : [150, 221];
    return {
      name,
      first: a,
      second: a + difference,
      difference,
      interval: [difference - half, difference + half],
      p,
      better,
      worse,
      same: 626,
    };
  });
  const moved = (sign: number) =>
    users.slice(sign > 0 ? 0 : 20, limit + (sign > 0 ? 0 : 20)).map(({ userId }, index) => {
      const difference = sign * (0.63 - index * 0.031);
      return { userId, first: sign > 0 ? 0.1 : 0.9, second: (sign > 0 ? 0.1 : 0.9) + difference, difference };
    });
  return {
    first: { id: first.id, label: first.label },
    second: { id: second.id, label: second.label },
    users: 998,
    metrics,
    untested: [
      ...Object.keys(first.metrics)
        .filter((name) => !metrics.some((metric) => metric.name === name))
        .map((name) => ({ name, first: first.metrics[name]!, second: second.metrics[name] ?? null })),
      { name: 'trainSeconds', first: first.seconds, second: second.seconds },
      { name: 'peakMemoryBytes', first: first.peakMemoryBytes ?? null, second: second.peakMemoryBytes ?? null },
      { name: 'modelBytes', first: first.modelBytes ?? null, second: second.modelBytes ?? null },
      { name: 'latencyMs', first: first.latencyMs ?? null, second: second.latencyMs ?? null },
    ],
    by: 'ndcg@10',
    won: moved(1),
    lost: moved(-1),
  };
}

export const pipelineResult: PipelineResult = {
  run: run.id,
  ranker: runs[1]!.id,
  vectorIndex: 'v-0001',
  bundle: 'b-0001',
  url: 'http://127.0.0.1:8000',
  seconds: 41.3,
  metrics,
  table: [{ label: 'Two-tower', metrics }, ...baselines, { label: 'Oracle', metrics: oracle }],
  verdict: verdictOf(run),
};

export const stageDetails = [
  '100,000 interactions of 1,000 users',
  'NDCG@10 0.1148 after 15 epochs',
  'AUC 0.7912',
  'full catalogue, 998 users',
  'exact search, recall 1.0',
  '6 files, 2.1 MB',
  'http://127.0.0.1:8000',
];

export const pastJobs: Job[] = [
  {
    id: 'j-0002',
    kind: 'run.train',
    title: 'Train two-tower',
    status: 'succeeded',
    createdAt: ago(14),
    startedAt: ago(14),
    endedAt: ago(13),
    result: { run: run.id },
  },
  {
    id: 'j-0001',
    kind: 'data.import',
    title: 'Import ratings.csv',
    status: 'failed',
    createdAt: ago(30),
    startedAt: ago(30),
    endedAt: ago(29),
    error: {
      code: 'bad_data',
      message: 'ratings.csv has no column for the item. Map one with item=COLUMN, or check that the file has a header.',
      details: { file: '/data/ratings.csv', columns: ['user', 'rating'] },
    },
  },
];

/** Trainings that were interrupted: one cancelled, one whose data has changed, one of an engine before. */
export const interrupted: OutputOf<'checkpoint.list'> = (
  [
    ['c-3', 'two-tower', 'Two-tower', 'search', 12, 200, 14_200_000, 4],
    ['c-2', 'bpr', 'BPR-MF', 'final', 3, 41, 2_900_000, 50],
    ['c-1', 'two-tower', 'Two-tower', 'search', 117, 8500, 1_310_000_000, 4000],
  ] as const
).map(([id, model, label, stage, epoch, seconds, bytes, minutes]) => ({
  ...{ id, model, label, stage, epoch, seconds, bytes },
  input: { model, params: {}, split: { kind: 'leave-last-out' }, selection: { minValue: 'auto' }, seed: 42, ks: [10, 20] },
  data: { users: 1000, items: 500, interactions: 100_000 },
  version: '0.1.0',
  startedAt: ago(minutes + 5),
  savedAt: ago(minutes),
  device: { backend: 'tensorflow', device: 'cpu', version: '2.21.0' },
}));

const trainingJob = { kind: 'train', createdAt: ago(9), startedAt: ago(9), endedAt: ago(4) };
export const interruptedJobs: Job[] = [
  { ...trainingJob, id: 'j-0004', title: 'Train Two-tower', status: 'cancelled', checkpoint: 'c-3' },
  {
    ...trainingJob,
    id: 'j-0003',
    title: 'Resume BPR-MF',
    status: 'failed',
    checkpoint: 'c-2',
    error: {
      code: 'conflict',
      message:
        'The data has changed (120 more interactions, 2 more users) since the training was interrupted, so it cannot be resumed. Train again on what is there now, or discard the checkpoint.',
      details: { checkpoint: 'c-2', changed: true },
    },
  },
];

export const log: LogLine[] = [
  { at: ago(14), level: 'info', text: 'Reading 80,000 interactions' },
  { at: ago(14), level: 'info', text: 'Two-tower: 1,000 users, 500 items, dimension 64, on CPU' },
  { at: ago(13.9), level: 'warning', text: '12 items have no attributes; their tower sees the id only' },
  { at: ago(13), level: 'info', text: 'Epoch 15 was the best: NDCG@10 0.1148' },
];

const types = ['view', 'click', 'like', 'share'];
export const series: DataSeries = {
  daily: Array.from({ length: 60 }, (_, day) =>
    types.map((type, index) => ({
      day: new Date(Date.UTC(2024, 2, 1 + day)).toISOString().slice(0, 10),
      type,
      count: Math.round((900 / (index + 1) ** 1.5) * (1 + 0.3 * Math.sin((day / 7) * 2 * Math.PI) + day / 120)),
    })),
  ).flat(),
  popularity: Array.from({ length: 500 }, (_, index) => ({
    rank: index + 1,
    count: Math.max(1, Math.round(9000 / (index + 3) ** 0.9)),
    cumulative: Math.log(index + 2) / Math.log(501),
  })),
};

export const profile: DataProfile = {
  users: 1000,
  items: 500,
  interactions: 100_000,
  density: 0.143,
  firstAt: '2024-03-01T00:04:00.000Z',
  lastAt: '2024-04-29T23:51:00.000Z',
  eventTypes: types.map((type, index) => ({ type, count: 60_000 / (index + 1), weight: [0.1, 0.3, 0.7, 1][index]! })),
  itemGini: 0.62,
  columns: [
    {
      table: 'interactions',
      column: 'user_id',
      type: 'VARCHAR',
      rows: 100_000,
      missing: 0,
      distinct: 1000,
      min: 'u-0001',
      max: 'u-1000',
      top: [{ value: 'u-0412', count: 912 }],
    },
    {
      table: 'interactions',
      column: 'value',
      type: 'DOUBLE',
      rows: 100_000,
      missing: 98_200,
      distinct: 5,
      min: '1',
      max: '5',
      top: [
        { value: '4', count: 812 },
        { value: '5', count: 611 },
      ],
    },
    {
      table: 'users',
      column: 'cohort',
      type: 'VARCHAR',
      rows: 1000,
      missing: 0,
      distinct: 4,
      min: 'casual',
      max: 'student',
      top: [
        { value: 'student', count: 402 },
        { value: 'casual', count: 300 },
      ],
    },
    {
      table: 'items',
      column: 'difficulty',
      type: 'BIGINT',
      rows: 500,
      missing: 3,
      distinct: 5,
      min: '1',
      max: '5',
      top: [{ value: '2', count: 160 }],
    },
  ],
};

export const emptyProfile: DataProfile = {
  users: 0,
  items: 0,
  interactions: 0,
  density: 0,
  firstAt: null,
  lastAt: null,
  eventTypes: [],
  itemGini: 0,
  columns: [],
};

const importedFile: ImportedFile = {
  importId: 'i-0001',
  path: '/home/ada/Recsmith/sample/source/interactions.csv',
  entity: 'interactions',
  format: 'csv',
  sizeBytes: 7_812_311,
  sha256: 'ab12',
  rowsRead: 100_012,
  accepted: 100_000,
  rejected: 9,
  duplicates: 3,
  seconds: 0.41,
  rowsPerSecond: 243_931,
  importedAt: ago(40),
  unchanged: false,
  mapping: { user: 'user_id', item: 'item_id', timestamp: 'timestamp', type: 'event_type' },
  undo: true,
};

export const imports: ImportedFile[] = [
  importedFile,
  {
    ...importedFile,
    importId: 'i-0002',
    path: '/home/ada/Recsmith/sample/source/items.csv',
    entity: 'items',
    rowsRead: 500,
    accepted: 500,
    rejected: 0,
    duplicates: 0,
    sizeBytes: 41_020,
  },
];

export const importResult: ImportResult = {
  files: [importedFile],
  rowsRead: 100_012,
  accepted: 100_000,
  rejected: 9,
  duplicates: 3,
  seconds: 0.41,
  rowsPerSecond: 243_931,
};

export function rows(table: string, offset: number, limit: number): TablePage {
  const total = { interactions: 1_204_331, users: 1000, items: 500, rejects: 9 }[table] ?? 0;
  const count = Math.max(0, Math.min(limit, total - offset));
  const range = Array.from({ length: count }, (_, index) => offset + index);
  if (table === 'interactions') {
    return {
      columns: [
        { name: 'event_id', type: 'VARCHAR' },
        { name: 'user_id', type: 'VARCHAR' },
        { name: 'item_id', type: 'VARCHAR' },
        { name: 'event_type', type: 'VARCHAR' },
        { name: 'value', type: 'DOUBLE' },
        { name: 'weight', type: 'DOUBLE' },
        { name: 'timestamp', type: 'TIMESTAMP' },
      ],
      rows: range.map((row) => [
        `e-${String(row).padStart(7, '0')}`,
        `u-${(row * 7) % 1000}`,
        `i-${(row * 13) % 500}`,
        types[row % 4]!,
        row % 9 ? null : 4,
        0.1,
        new Date(Date.UTC(2024, 3, 29) - row * 60_000).toISOString(),
      ]),
      offset,
      total,
    };
  }
  if (table === 'rejects') {
    return {
      columns: [
        { name: 'file', type: 'VARCHAR' },
        { name: 'line', type: 'BIGINT' },
        { name: 'column', type: 'VARCHAR' },
        { name: 'reason', type: 'VARCHAR' },
      ],
      rows: range.map((row) => ['interactions.csv', 120 + row * 311, 'timestamp', 'not a time: "yesterday"']),
      offset,
      total,
    };
  }
  return {
    columns: [
      { name: table === 'users' ? 'user_id' : 'item_id', type: 'VARCHAR' },
      { name: 'cohort', type: 'VARCHAR' },
      { name: 'tags', type: 'VARCHAR[]' },
    ],
    rows: range.map((row) => [`${table[0]}-${row}`, 'student', 'history, maps']),
    offset,
    total,
  };
}

export function preview(path: string, as?: FilePreview['entity']): FilePreview {
  return {
    path,
    format: 'csv',
    entity: as ?? 'interactions',
    mapping: as === 'users' ? { user: 'userId' } : { user: 'userId', item: 'movieId', value: 'rating', timestamp: 'timestamp' },
    reasons: {
      user: 'named like a user id',
      item: 'named like an item id',
      value: 'numbers from 0.5 to 5',
      timestamp: 'seconds since 1970, 1996 to 2018',
    },
    columns: ['userId', 'movieId', 'rating', 'timestamp', 'comment'].map((name, at) => ({ name, type: at === 4 ? 'VARCHAR' : 'BIGINT' })),
    rows: Array.from({ length: 10 }, (_, row) => [
      1 + row,
      31 + row * 7,
      2.5 + (row % 5) / 2,
      1_260_759_144 + row * 9999,
      row % 3 ? null : 'good',
    ]),
    encoding: 'utf-8',
    eventTypes: [{ type: 'rating', count: 200, weight: 1 }],
  };
}

export const users: OutputOf<'run.users'> = Array.from({ length: 50 }, (_, index) => ({
  userId: `u-${String(index * 17 + 1).padStart(4, '0')}`,
  interactions: 400 - index * 7,
}));

const item = (index: number) => ({
  itemId: `i-${String(index).padStart(4, '0')}`,
  attributes: {
    item_id: `i-${index}`,
    title: ['The maps of old Lisbon', 'How tides work', 'Quiz: rivers of Asia', 'A short history of salt'][index % 4]!,
    category: ['video', 'article', 'quiz'][index % 3]!,
    tags: ['history', 'maps'],
    difficulty: (index % 5) + 1,
  },
});

/** Runs of different models agree on some items. */
export function userView(user: string, k: number, ofRun = ''): UserView {
  const step = [...ofRun].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 23;
  return {
    userId: user,
    attributes: { user_id: user, cohort: 'student', country: 'PT', age: 24 },
    history: Array.from({ length: 30 }, (_, index) => ({
      item: item(index * 3),
      eventType: types[index % 4]!,
      value: index % 5 ? null : 4,
      timestamp: ago(index * 900),
      trained: index >= 4,
    })),
    recommendations: Array.from({ length: k }, (_, index) => ({
      item: item(index % 2 ? 300 + index * 3 + step : index * 7 + 2),
      score: 0.94 - index * 0.021,
      rank: index + 1,
      later: index === 2 || index === 5,
    })),
    source: [...zooRuns, ...runs].find(({ id }) => id === ofRun)?.label ?? 'Two-tower',
  };
}

export const served: RecommendAnswer = {
  request_id: 'q-01',
  user_id: 'u-0001',
  source: 'ranker',
  basis: 'user',
  cached: false,
  experiment: null,
  model: 'two-tower',
  model_version: '1',
  items: Array.from({ length: 10 }, (_, index) => ({
    item_id: `i-${String(index * 7 + 2).padStart(4, '0')}`,
    score: 0.94 - index * 0.021,
    rank: index + 1,
  })),
};

const newestBundle: BundleInfo = {
  id: 'b-0001',
  path: '/home/ada/Recsmith/sample/bundles/b-0001',
  active: true,
  files: 7,
  sizeBytes: 2_110_000,
  manifest: {
    format: 'recsmith-bundle',
    formatVersion: 1,
    name: 'sample',
    version: '1',
    createdAt: ago(10),
    run: run.id,
    model: 'two-tower',
    modelLabel: 'Two-tower',
    params: run.params,
    seed: 42,
    dataFingerprint: 'c0ffee',
    ranker: { run: runs[1]!.id, model: 'neural-ranker', label: 'Neural ranker' },
    counts: { users: 1000, items: 500, dimensions: 64 },
    metrics,
    vectorIndex: { kind: 'exact', precision: 'f32' },
    versions: {},
    files: [],
  },
};

/** Three versions: the newest is active, the oldest does not pass its self-check. */
export const bundles: BundleInfo[] = [
  newestBundle,
  ...[2, 3].map((number) => ({
    ...newestBundle,
    id: `b-000${number}`,
    active: false,
    manifest: {
      ...newestBundle.manifest,
      version: `0.${4 - number}`,
      createdAt: ago(1600 * number),
      ranker: number === 2 ? newestBundle.manifest.ranker : null,
      metrics: { ...metrics, 'ndcg@10': 0.1148 - number * 0.0031 },
    },
  })),
];

/** What the server answers to the window. */
export function sent(path: string): OutputOf<'server.send'> {
  const [status, body]: [number, unknown] = path.startsWith('/similar')
    ? [
        404,
        { type: 'about:blank', title: 'Not found', status: 404, detail: 'There is no item of this id in the bundle.', code: 'not_found' },
      ]
    : [200, served];
  return { status, contentType: 'application/json', body: JSON.stringify(body), milliseconds: 2.34 };
}
