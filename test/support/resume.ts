import type { NamedArrays } from '../../engine/math/arrays.ts';
import { decodeSafetensors, encodeSafetensors } from '../../engine/math/safetensors.ts';
import { topK } from '../../engine/math/top-k.ts';
import type { EpochCheckpoint, FitContext, FittedModel, Model } from '../../engine/models/model.ts';
import { parseParams } from '../../engine/models/parameters.ts';
import { checkerboard, quietContext } from './training-sets.ts';

/** The share of the missing items among each user's best ten: what a training on a checkerboard validates by. */
export function checkerboardValidation({ set, missing }: ReturnType<typeof checkerboard>): NonNullable<FitContext['validate']> {
  return async (score) => {
    const { data, columns } = score(Int32Array.from(missing, (_, user) => user));
    let found = 0;
    missing.forEach((items, user) => {
      const scores = data.slice(user * columns, (user + 1) * columns);
      for (const item of set.matrix.indices.subarray(set.matrix.indptr[user], set.matrix.indptr[user + 1])) scores[item] = -Infinity;
      topK(scores, 10).rows.forEach((item, place) => {
        if (items.includes(item)) found += 1 / (place + 1);
      });
    });
    return { 'ndcg@10': found / missing.length };
  };
}

/** Trains a model once through, and once interrupted after this epoch and taken up again from what a file kept of it; returns what both saved. */
export async function trainInterrupted(
  model: Model,
  raw: Record<string, unknown>,
  { after, validated }: { after: number; validated: boolean },
): Promise<{ whole: NamedArrays; resumed: NamedArrays; facts: [FittedModel['facts'], FittedModel['facts']] }> {
  const board = checkerboard(60, 40);
  const params = parseParams(model, raw);
  const validate = validated ? checkerboardValidation(board) : null;
  const fit = async (changes: Partial<FitContext>): Promise<{ arrays: NamedArrays; facts: FittedModel['facts'] }> => {
    const fitted = await model.fit(board.set, params, quietContext(5, { validate, ...changes }));
    const arrays = fitted.save();
    fitted.dispose?.();
    return { arrays, facts: fitted.facts };
  };
  const whole = await fit({});
  let kept: EpochCheckpoint | null = null;
  await fit({
    async keepEpoch(epoch, arrays) {
      if (epoch !== after) return;
      kept = { epoch, arrays: decodeSafetensors(encodeSafetensors(arrays())).arrays };
      throw new Error('interrupted');
    },
  }).catch((error: Error) => {
    if (error.message !== 'interrupted') throw error;
  });
  if (!kept) throw new Error(`The training did not get to epoch ${after}.`);
  const resumed = await fit({ resume: kept });
  return { whole: whole.arrays, resumed: resumed.arrays, facts: [whole.facts, resumed.facts] };
}
