import { createRandom } from '../math/random.ts';
import { scoreByVectors } from './factorised.ts';
import type { FitContext, TrainingSet } from './model.ts';
import { createSearchProgress, type SearchProgress } from './search-progress.ts';
import { createExamples, createTowers, type Snapshot, type TowerSettings, type Towers } from './two-tower-train.ts';

/** One way to train: the parameters that are up for choice, and all of the settings with them. */
export interface Contender {
  settled: { temperature: number; recent: 'on' | 'off' };
  settings: TowerSettings;
}

export interface SearchFacts {
  bestEpoch: number;
  examplesPerSecond: number;
  settled: Record<string, unknown>;
}

interface Runner extends Contender {
  towers: Towers;
  name: string;
  best: Snapshot | null;
  score: number;
}

/** Epochs after which half of the contenders drop out: four train twice, two of them twice more, then the best alone. */
const roundEpochs = 2;

async function validateNow(towers: Towers, validate: NonNullable<FitContext['validate']>): Promise<Record<string, number>> {
  const items = towers.embedItems();
  return validate((rows) => {
    const block = scoreByVectors(towers.embedUsers(rows), items);
    const scores = block.score(Int32Array.from(rows, (_, i) => i));
    block.dispose();
    return scores;
  });
}

/**
 * Trains the contenders side by side, each from the same start, and keeps the one that validates best: half of them drop out after every second epoch
 * (successive halving, Jamieson & Talwalkar 2016). The last one trains until its validation NDCG has not become better for `patience` epochs; its best
 * epoch is kept. Without validation the first contender trains for all its epochs.
 */
export async function trainContenders(
  set: TrainingSet,
  contenders: Contender[],
  options: { epochs: number; patience: number; phase?: string },
  context: FitContext,
): Promise<{ snapshot: Snapshot; facts: SearchFacts }> {
  const { validate } = context;
  const { epochs, patience, phase = validate ? 'Training' : 'Training on all data' } = options;
  const running: Runner[] = [];
  let busyMs = 0;
  let done = 0;

  async function trainOne(runner: Runner, epoch: number, progress: SearchProgress): Promise<void> {
    const { towers } = runner;
    let since = performance.now();
    let before = 0;
    const loss = await towers.trainEpoch(epoch, async (at) => {
      busyMs += performance.now() - since;
      const reached = progress.advance(at - before);
      done = reached.done;
      before = at;
      // One phase for all contenders: the estimate of the time that is left begins anew with each phase.
      await context.checkpoint({ phase, ...reached, unit: 'examples', rate: Math.round((done / busyMs) * 1000) });
      since = performance.now();
    });
    const metrics = validate ? await validateNow(towers, validate) : {};
    context.curve(runner.name, epoch, { loss, ...metrics });
    const score = validate ? (metrics['ndcg@10'] ?? 0) : epoch;
    if (score <= runner.score) return;
    runner.score = score;
    // Let go of first: two of them may be gigabytes.
    runner.best = null;
    if (validate || epoch === epochs) runner.best = towers.snapshot(epoch);
  }

  try {
    const examples = createExamples(set);
    for (const contender of validate ? contenders : contenders.slice(0, 1)) {
      const { temperature, recent } = contender.settled;
      const name = validate && contenders.length > 1 ? `${phase} (temperature ${temperature}, recent items ${recent})` : phase;
      running.push({
        ...contender,
        towers: createTowers(set, examples, contender.settings, createRandom(context.seed, 'two-tower')),
        name,
        best: null,
        score: Number.NEGATIVE_INFINITY,
      });
    }
    const examplesPerEpoch = (running[0] as Runner).towers.exampleCount;
    const progress = createSearchProgress({ epochs, patience: validate ? patience : null, examplesPerEpoch, roundEpochs });
    for (let epoch = 1; epoch <= epochs; epoch++) {
      progress.plan(epoch, running.length, running[0]?.best?.epoch ?? 0);
      for (const runner of running) await trainOne(runner, epoch, progress);
      running.sort((a, b) => b.score - a.score);
      if (epoch % roundEpochs === 0 || epoch === epochs) {
        const kept = epoch === epochs ? 1 : Math.ceil(running.length / 2);
        for (const { towers } of running.splice(kept)) towers.dispose();
      }
      const leader = running[0] as Runner;
      if (validate && running.length === 1 && epoch - (leader.best?.epoch ?? 0) >= patience) break;
    }
    const { settled, best } = running[0] as Runner;
    const snapshot = best as Snapshot;
    if (validate && contenders.length > 1)
      context.log(`Validation chose temperature ${settled.temperature}, recent items ${settled.recent}, epoch ${snapshot.epoch}.`);
    return {
      snapshot,
      facts: { bestEpoch: snapshot.epoch, examplesPerSecond: (done / busyMs) * 1000, settled: { ...settled, epochs: snapshot.epoch } },
    };
  } finally {
    for (const { towers } of running) towers.dispose();
  }
}
