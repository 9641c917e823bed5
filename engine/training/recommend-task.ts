import { usersPerBlock } from '../evaluation/select.ts';
import type { WorkContext } from '../jobs/work-context.ts';
import type { Matrix } from '../math/arrays.ts';
import { selectTopK } from '../math/top-k.ts';
import type { FittedModel, Model } from '../models/model.ts';
import { requireNewcomerScorer } from '../models/newcomers.ts';
import { parseParams } from '../models/parameters.ts';
import { findRetrievalModel } from '../models/registry.ts';
import { loadTensorFlow } from '../models/tensorflow.ts';
import type { RecommendOutcome, RecommendTask } from './tasks.ts';

/** Scores of a block of people: of users of the training by their rows, of others by what they have. */
function scoresOf(fitted: FittedModel, model: Model, users: Int32Array, itemsOf: (at: number) => Int32Array): Matrix {
  if (!users.includes(-1)) return fitted.score(users);
  const scorer = requireNewcomerScorer(model, fitted);
  const rows = Array.from(users, (user, at) => (user >= 0 ? fitted.score(Int32Array.of(user)).data : scorer(itemsOf(at))));
  const columns = rows[0]?.length ?? 0;
  const data = new Float32Array(rows.length * columns);
  rows.forEach((row, at) => {
    data.set(row, at * columns);
  });
  return { rows: rows.length, columns, data };
}

/** Top k of a fitted model for some users, what they have seen left out; a block of users at a time. */
export async function runRecommendTask(task: RecommendTask, context: Pick<WorkContext, 'checkpoint'>): Promise<RecommendOutcome> {
  await loadTensorFlow();
  const model = findRetrievalModel(task.model);
  const fitted = model.load(task.arrays, parseParams(model, task.params));
  const total = task.users.length;
  const items = new Int32Array(total * task.k);
  const scores = new Float32Array(total * task.k);
  let block = 1;
  let begin = 0;
  while (begin < total) {
    await context.checkpoint({ phase: 'Recommending', done: begin, total, unit: 'users' });
    // The first user alone shows how many items there are, and with that how many users fit a block.
    const users = task.users.subarray(begin, begin + block);
    const first = begin;
    const itemsOf = (at: number): Int32Array => task.seen.items.subarray(task.seen.offsets[first + at], task.seen.offsets[first + at + 1]);
    const found = scoresOf(fitted, model, users, itemsOf);
    for (let i = 0; i < users.length; i++) {
      const base = i * found.columns;
      for (const item of itemsOf(i)) found.data[base + item] = Number.NEGATIVE_INFINITY;
      selectTopK(found.data, base, found.columns, task.k, items, scores, (begin + i) * task.k);
    }
    begin += users.length;
    block = usersPerBlock(found.columns);
  }
  fitted.dispose?.();
  return { items, scores };
}
