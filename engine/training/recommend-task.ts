import { usersPerBlock } from '../evaluation/select.ts';
import type { WorkContext } from '../jobs/work-context.ts';
import { selectTopK } from '../math/top-k.ts';
import { parseParams } from '../models/parameters.ts';
import { findRetrievalModel } from '../models/registry.ts';
import { loadTensorFlow } from '../models/tensorflow.ts';
import type { RecommendOutcome, RecommendTask } from './tasks.ts';

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
    const found = fitted.score(users);
    for (let i = 0; i < users.length; i++) {
      const base = i * found.columns;
      for (let at = task.seen.offsets[begin + i] as number; at < (task.seen.offsets[begin + i + 1] as number); at++) {
        found.data[base + (task.seen.items[at] as number)] = Number.NEGATIVE_INFINITY;
      }
      selectTopK(found.data, base, found.columns, task.k, items, scores, (begin + i) * task.k);
    }
    begin += users.length;
    block = usersPerBlock(found.columns);
  }
  fitted.dispose?.();
  return { items, scores };
}
