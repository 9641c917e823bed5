/** Training of the retrieval models beside the libraries of reference: same pairs, same machine, one after the other; seconds and recall of both. */
import { fork, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { evaluateTopK } from '../engine/evaluation/evaluate.ts';
import { createRandom } from '../engine/math/random.ts';
import { toSparseMatrix } from '../engine/math/sparse.ts';
import type { FitContext } from '../engine/models/model.ts';
import { parseParams } from '../engine/models/parameters.ts';
import { findRetrievalModel } from '../engine/models/registry.ts';
import { loadTensorFlow } from '../engine/models/tensorflow.ts';
import { type ClusteredPairs, clusteredPairs } from './support/clustered-pairs.ts';

const sizes = {
  large: { users: 30_000, items: 41_000, pairs: 810_000 },
  /** Few enough items for a dense matrix of them. */
  dense: { users: 30_000, items: 6_000, pairs: 810_000 },
};

interface Case {
  name: string;
  model: string;
  params: Record<string, unknown>;
  size: keyof typeof sizes;
  peer: string;
  library: string;
  peerArguments: Record<string, unknown>;
}

const ials = (dimensions: number): Case => ({
  name: `iALS, ${dimensions} factors, 15 iterations`,
  model: 'ials',
  // The same objective as the library's, divided by its alpha.
  params: { dimensions, epochs: 15, unobserved: 0.1, regularisation: 0.001, exponent: 0 },
  size: 'large',
  peer: 'ials.py',
  library: 'implicit',
  peerArguments: { dimensions, iterations: 15, regularization: 0.01, alpha: 10 },
});
const cases: Case[] = [
  ials(64),
  ials(128),
  {
    name: 'EASE, 6,000 items',
    model: 'ease',
    params: { ridge: 300 },
    size: 'dense',
    peer: 'ease.py',
    library: 'numpy',
    peerArguments: { ridge: 300 },
  },
  {
    name: 'Item-KNN, cosine, 100 neighbours',
    model: 'item-knn',
    params: { weighting: 'cosine', neighbours: 100, shrinkage: 0 },
    size: 'large',
    peer: 'item_knn.py',
    library: 'scipy',
    peerArguments: { neighbours: 100 },
  },
  {
    name: 'RP3beta, 100 neighbours',
    model: 'rp3beta',
    params: { alpha: 1, beta: 0.5, neighbours: 100, keep: 'start' },
    size: 'large',
    peer: 'rp3beta.py',
    library: 'scipy',
    peerArguments: { alpha: 1, beta: 0.5, neighbours: 100 },
  },
  {
    name: 'Spectral filter, 256 components',
    model: 'spectral-filter',
    params: { components: 256, alpha: 0.3 },
    size: 'large',
    peer: 'spectral.py',
    library: 'scipy',
    peerArguments: { components: 256, alpha: 0.3 },
  },
];

interface Figures {
  seconds: number;
  recall: number;
  peakMemoryBytes: number;
}

/** Nothing to validate on: the settings are those of the case, as the library's are. */
function quiet(seed: number): FitContext {
  const nothing = async (): Promise<void> => undefined;
  const random = createRandom(seed, 'models bench');
  return {
    random,
    seed,
    validate: null,
    resume: null,
    keepEpoch: nothing,
    checkpoint: nothing,
    curve: () => undefined,
    log: () => undefined,
  };
}

/** One training of ours, in a process of its own. */
async function measure({ model: id, params, size }: Case): Promise<Figures> {
  await loadTensorFlow();
  const { users, items, pairs } = sizes[size];
  const { train, heldOut } = clusteredPairs(users, items, pairs);
  const matrix = toSparseMatrix(train, users, items);
  const nothing = (rows: number) => ({ rows, categories: [], lists: [], numbers: [] });
  const set = {
    userCount: users,
    itemCount: items,
    interactions: train,
    matrix,
    userFeatures: nothing(users),
    itemFeatures: nothing(items),
  };
  const model = findRetrievalModel(id);
  const started = performance.now();
  const fitted = await model.fit(set, parseParams(model, params), quiet(1));
  const seconds = (performance.now() - started) / 1000;
  const offsets = Int32Array.from({ length: heldOut.users.length + 1 }, (_, i) => i);
  const score = (rows: Int32Array) => fitted.score(rows);
  const { metrics } = await evaluateTopK({ score, train: matrix, heldOut: { ...heldOut, offsets }, ks: [20] });
  return { seconds, recall: metrics['recall@20'] as number, peakMemoryBytes: process.resourceUsage().maxRSS * 1024 };
}

function inProcess(index: number): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, [String(index)], { env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' } });
    child.once('message', (figures) => resolve(figures as Figures));
    child.once('exit', (code) => reject(new Error(`The case ended with code ${code}.`)));
  });
}

function writeData(folder: string, { users, items, train, heldOut }: ClusteredPairs): void {
  writeFileSync(path.join(folder, 'shape.json'), JSON.stringify({ users, items }));
  const arrays = {
    'train-users': train.users,
    'train-items': train.items,
    'held-out-users': heldOut.users,
    'held-out-items': heldOut.items,
  };
  for (const [name, values] of Object.entries(arrays)) writeFileSync(path.join(folder, `${name}.i32`), values);
}

function measurePeer({ peer, peerArguments }: Case, data: string): Figures | null {
  const python = process.env.RECSMITH_BENCH_PYTHON;
  if (!python) return null;
  const file = path.join(process.cwd(), 'bench', 'peers', peer);
  const { stdout, stderr, status } = spawnSync(python, [file, data, JSON.stringify(peerArguments)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${peer} failed.\n${stderr}`);
  return JSON.parse(stdout.trim().split('\n').pop() as string) as Figures;
}

const number = (value: number): string => Math.round(value).toLocaleString('en');

async function main(): Promise<void> {
  const only = process.argv[2];
  if (process.send && only !== undefined) {
    process.send(await measure(cases[Number(only)] as Case), () => process.exit(0));
    return;
  }
  const temporary = mkdtempSync(path.join(os.tmpdir(), 'recsmith-models-bench-'));
  const rows: { case: Case; ours: Figures; peer: Figures | null; ratio: number | null }[] = [];
  try {
    let written: string | undefined;
    for (const [index, each] of cases.entries()) {
      if (only && !each.model.includes(only)) continue;
      if (written !== each.size) {
        const { users, items, pairs } = sizes[each.size];
        writeData(temporary, clusteredPairs(users, items, pairs));
        written = each.size;
      }
      const peer = measurePeer(each, temporary);
      const ours = await inProcess(index);
      const ratio = peer && ours.seconds / peer.seconds;
      rows.push({ case: each, ours, peer, ratio });
      const beside = peer
        ? `, ${each.library} ${peer.seconds.toFixed(2)} s with ${peer.recall.toFixed(4)}: ${ratio?.toFixed(2)} of its time`
        : '';
      process.stdout.write(
        `${each.name}: ${ours.seconds.toFixed(2)} s, recall@20 ${ours.recall.toFixed(4)}, ${number(ours.peakMemoryBytes / 1e6)} MB${beside}\n`,
      );
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  if (only) return;
  const machine = `${os.cpus().length} cores, ${os.cpus()[0]?.model.trim() ?? 'unknown CPU'}, Node ${process.version}, load ${(os.loadavg()[0] as number).toFixed(1)}`;
  const folder = process.env.RECSMITH_BENCH_RESULTS ?? path.join(process.cwd(), 'bench', 'results');
  writeFileSync(path.join(folder, 'models.json'), `${JSON.stringify({ machine, sizes, rows }, null, 2)}\n`);
  const lines = rows.map(({ case: { name, library }, ours, peer, ratio }) =>
    [
      name,
      ours.seconds.toFixed(2),
      ours.recall.toFixed(4),
      number(ours.peakMemoryBytes / 1e6),
      library,
      peer?.seconds.toFixed(2) ?? '–',
      peer?.recall.toFixed(4) ?? '–',
      ratio?.toFixed(2) ?? '–',
    ].join(' | '),
  );
  writeFileSync(
    path.join(folder, 'models.md'),
    [
      '# Training of the retrieval models beside the libraries of reference',
      '',
      `Pairs of clusters, drawn: ${number(sizes.large.users)} users and ${number(sizes.large.items)} items (EASE: ${number(sizes.dense.items)}), ${number(sizes.large.pairs)} pairs; one more item of 5,000 users to find. ${machine}.`,
      '',
      '| model | seconds | recall@20 | peak memory (MB) | library | its seconds | its recall@20 | ours / its seconds |',
      '|---|---|---|---|---|---|---|---|',
      ...lines.map((line) => `| ${line} |`),
      '',
    ].join('\n'),
  );
}

void main();
