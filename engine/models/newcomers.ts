import { EngineError } from '#contract/errors';
import type { FittedModel, Model } from './model.ts';

type Scorer = (itemRows: Int32Array) => Float32Array;

/** Scores of every item for somebody whom training did not know, by the items they have, oldest first; null where the model has no way. */
export function newcomerScorer(fitted: FittedModel): Scorer | null {
  const { scoreItems, foldIn, embed } = fitted;
  if (scoreItems) return (itemRows) => scoreItems.call(fitted, itemRows);
  if (!foldIn || !embed) return null;
  const { items } = embed.call(fitted);
  return (itemRows) => {
    const vector = foldIn.call(fitted, itemRows);
    const scores = new Float32Array(items.rows);
    for (let row = 0; row < items.rows; row++) {
      let sum = 0;
      for (let d = 0; d < items.columns; d++) sum += (vector[d] as number) * (items.data[row * items.columns + d] as number);
      scores[row] = sum;
    }
    return scores;
  };
}

/** The same; where the model has no way, throws `unsupported` with the model's own words on why. */
export function requireNewcomerScorer(model: Pick<Model, 'label' | 'newUsers'>, fitted: FittedModel): Scorer {
  const scorer = newcomerScorer(fitted);
  if (scorer) return scorer;
  throw new EngineError('unsupported', `${model.label} cannot answer for somebody whom training did not know. ${model.newUsers}`);
}
