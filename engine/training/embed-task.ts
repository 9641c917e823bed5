import type { WorkContext } from '../jobs/work-context.ts';
import type { Matrix } from '../math/arrays.ts';
import { followerOf } from '../models/freshened.ts';
import { parseParams } from '../models/parameters.ts';
import { findRetrievalModel } from '../models/registry.ts';
import { loadTensorFlow } from '../models/tensorflow.ts';
import type { EmbedOutcome, EmbedTask } from './tasks.ts';

/** Vectors for users and items that came after a training, and for users who have had something since, by the trained model. */
export async function runEmbedTask(task: EmbedTask, context: Pick<WorkContext, 'checkpoint'>): Promise<EmbedOutcome> {
  await loadTensorFlow();
  const model = findRetrievalModel(task.model);
  const fitted = model.load(task.arrays, parseParams(model, task.params));
  const each = async <T>(unit: string, things: T[], embed: (thing: T) => Float32Array): Promise<Matrix> => {
    const rows: Float32Array[] = [];
    for (const thing of things) {
      if (rows.length % 256 === 0)
        await context.checkpoint({ phase: 'Embedding what is new', done: rows.length, total: things.length, unit });
      rows.push(embed(thing));
    }
    const columns = rows[0]?.length ?? 0;
    const data = new Float32Array(rows.length * columns);
    rows.forEach((row, at) => {
      data.set(row, at * columns);
    });
    return { rows: rows.length, columns, data };
  };
  try {
    const { users, items } = task.newcomers;
    const follow = followerOf(fitted);
    return {
      users: fitted.foldIn ? await each('users', users, (had) => (fitted.foldIn as NonNullable<typeof fitted.foldIn>)(had)) : null,
      items: fitted.foldInItem
        ? await each('items', items, (item) => (fitted.foldInItem as NonNullable<typeof fitted.foldInItem>)(item))
        : null,
      active: follow ? await each('users', task.active, ({ row, history }) => follow(row, history)) : null,
    };
  } finally {
    fitted.dispose?.();
  }
}
