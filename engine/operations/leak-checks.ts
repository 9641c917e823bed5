import { EngineError } from '#contract/errors';
import type { TrainInput } from '#contract/run';
import type { TrainingData } from '../data/training-data.ts';
import { countRows, type EntityEvidence, findFeatureLeaks } from '../evaluation/feature-leaks.ts';
import type { DataSplit } from '../evaluation/split.ts';
import type { WorkContext } from '../jobs/work-context.ts';

type Parts = Pick<DataSplit, 'train' | 'test' | 'cut'>;

/** How often each row is in the data and not in training; of a given test file, in that. */
function heldOutCounts(all: Int32Array, before: Float64Array, test: Int32Array): Float64Array {
  const counts = countRows(all, before.length).map((count, row) => count - (before[row] as number));
  return counts.some((count) => count > 0) ? counts : countRows(test, before.length);
}

function evidenceOf(data: TrainingData, { train, test }: Parts, of: 'users' | 'items'): EntityEvidence {
  const features = of === 'users' ? data.userFeatures : data.itemFeatures;
  const before = countRows(train[of], features.rows);
  const tested = of === 'items' ? test.items : Int32Array.from(test.items);
  if (of === 'users') {
    test.users.forEach((user, i) => {
      tested.fill(user, test.offsets[i], test.offsets[i + 1]);
    });
  }
  return {
    of,
    features,
    times: of === 'users' ? data.userTimes : data.itemTimes,
    before,
    after: heldOutCounts(data.interactions[of], before, tested),
  };
}

/**
 * Looks for attributes that were made with knowledge of the held-out part. A model that uses attributes is not trained on them, unless it is asked for; for others it
 * is only told.
 */
export function checkFeatures(
  data: TrainingData,
  parts: Parts,
  { usesAttributes, choice = 'refuse' }: { usesAttributes: boolean; choice?: TrainInput['featureLeaks'] },
  work: WorkContext,
): void {
  const sides = ['users', 'items'] as const;
  const leaks = sides.flatMap((of) => findFeatureLeaks(evidenceOf(data, parts, of), parts.cut, parts.test, data.itemIds));
  if (leaks.length === 0) return;
  const words = leaks.map(({ of, attribute, reason }) => `attribute "${attribute}" of ${of} ${reason}`).join('; ');
  if (usesAttributes && choice === 'refuse') {
    throw new EngineError(
      'bad_data',
      `Leakage: ${words}. Metrics would be too good to be true. Import the table without it, as it was before the held-out part; or train all the same with --feature-leaks warn (featureLeaks: "warn").`,
      { attributes: leaks.map(({ of, attribute }) => `${of}.${attribute}`) },
    );
  }
  work.log(`Leakage? The ${words}.${usesAttributes ? '' : ' This model does not use attributes.'}`, 'warning');
}

/** Test pairs of items that nobody had in training, such as those born after the cut: no model can learn them from interactions. */
export function tellNewItems({ train, test }: Parts, itemCount: number, work: WorkContext): void {
  const known = countRows(train.items, itemCount);
  const strangers = test.items.filter((item) => known[item] === 0);
  if (strangers.length === 0) return;
  const many = strangers.length > test.items.length / 10;
  work.log(
    `${strangers.length} of ${test.items.length} test pairs (${new Set(strangers).size} items) are of items that nobody had in the training time: only a model that uses attributes can find them.`,
    many ? 'warning' : 'info',
  );
}
