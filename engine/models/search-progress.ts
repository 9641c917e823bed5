/** How many examples a training has seen, and how many it will have by its end as far as can be told now. */
export interface SearchProgress {
  /** Says before each epoch how many contenders train it, and which epoch is the leader's best so far (0: none yet). */
  plan(epoch: number, contenders: number, bestEpoch: number): void;
  /** Counts examples. The share `done / total` only ever grows. */
  advance(examples: number): { done: number; total: number };
}

export interface SearchPlan {
  epochs: number;
  /** Null where nothing stops the training early. */
  patience: number | null;
  examplesPerEpoch: number;
  /** Half of the contenders drop out after every so many epochs. */
  roundEpochs: number;
}

/** Of the epochs that are left beyond patience, at least this share is expected to be needed: between a bar that leaps at an early stop and one that waits near its end. */
const expectedShare = 1 / 4;

/** Epochs, counted once a contender, that are expected from `epoch` on. */
function expectedEpochs({ epochs, patience, roundEpochs }: SearchPlan, epoch: number, contenders: number, bestEpoch: number): number {
  let [left, next, running] = [0, epoch, contenders];
  for (; running > 1 && next <= epochs; next++) {
    left += running;
    if (next % roundEpochs === 0) running = Math.ceil(running / 2);
  }
  const allowed = epochs - next + 1;
  if (patience === null) return left + allowed;
  // The best of those that compete now may be beaten soon: patience counts from where the last one is alone.
  const idle = contenders > 1 ? 0 : epoch - 1 - bestEpoch;
  const least = Math.max(1, patience - idle);
  // What still gets better after long is expected to do so for as long again; the longer nothing got better, the less.
  const better = Math.max(next, (allowed - least) * expectedShare) * (1 - idle / patience) ** 2;
  return left + Math.min(allowed, least + better);
}

/**
 * Progress of a training whose end is not known: contenders drop out, and it stops when validation does not get better. What is left of the bar is spread
 * over what is expected to be left of the work, so it neither runs backwards when the training goes on nor leaps when it stops.
 */
export function createSearchProgress(plan: SearchPlan): SearchProgress {
  let done = 0;
  let share = 0;
  let left = 0;
  return {
    plan(epoch, contenders, bestEpoch) {
      left = expectedEpochs(plan, epoch, contenders, bestEpoch) * plan.examplesPerEpoch;
    },
    advance(examples) {
      done += examples;
      share += (1 - share) * Math.min(1, examples / Math.max(left, 1));
      left -= examples;
      return { done, total: Math.max(done, Math.round(done / share)) };
    },
  };
}
