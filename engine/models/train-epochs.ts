import { EngineError } from '#contract/errors';
import type { NamedArrays } from '../math/arrays.ts';
import { createRandom, type Random } from '../math/random.ts';
import { type Keeping, packRunners, unpackRunners } from './epoch-checkpoint.ts';
import { type RatePlan, rateAt } from './learning-rate.ts';
import type { FitContext, FittedModel } from './model.ts';
import { createSearchProgress } from './search-progress.ts';

/** One pass over the examples. */
export interface Pass {
  epoch: number;
  /** This epoch's own random numbers: what an epoch does depends on the weights before it and on nothing else, so training can go on from any epoch. */
  random: Random;
  /** The learning rate of a step of this epoch, counted from 0. */
  rate(step: number): number;
  /** To be called several times a second with the examples of this epoch that are done and the latest loss. Throws where it is not finite, or on a stop. */
  onStep(done: number, loss: number): Promise<void>;
}

/** A model while it learns by epochs. */
export interface Learner {
  exampleCount: number;
  stepsPerEpoch: number;
  /** Returns the mean loss. */
  trainEpoch(pass: Pass): Promise<number>;
  /** Scores by the weights as they are now, for validation. */
  scorer(): Promise<Pick<FittedModel, 'score' | 'dispose'>>;
  /** A copy of all that the fitted model is made of. */
  snapshot(): Promise<NamedArrays>;
  /** Weights and optimiser: all that the next epoch goes on from, copied or not; and back again into a fresh learner of the same seed. */
  state(): NamedArrays;
  restore(state: NamedArrays): void;
  dispose(): void | Promise<void>;
}

/** One way to train. */
export interface Contender {
  /** The parameters that are up for choice, as this one has them. */
  settled: Record<string, unknown>;
  rates: RatePlan;
  /** What to change where it diverges: a sentence. */
  advice: string;
  create(): Learner | Promise<Learner>;
}

export interface EpochSettings {
  epochs: number;
  /** Epochs without a better validation before training stops; of models that converge it is not looked at. */
  patience: number;
  /** Epochs over which the learning rates rise and fall; 0: `epochs`. */
  scheduleEpochs: number;
  /** Epochs from one validation to the next, where an epoch is much shorter than a validation; 1 by default. */
  validateEvery?: number;
  /** Epochs after which half of the contenders drop out; 2 by default. */
  roundEpochs?: number;
  /**
   * For models that converge: all epochs are trained and the last one's weights kept, and contenders are judged by where they are now. One early epoch's luck with
   * the validation slice says nothing there.
   */
  converges?: boolean;
}

export interface Trained {
  /** The best epoch's snapshot. */
  best: NamedArrays;
  settled: Record<string, unknown>;
  facts: { bestEpoch: number; examplesPerSecond: number; settled: Record<string, unknown> };
}

interface Runner extends Keeping {
  learner: Learner;
  contender: Contender;
  name: string;
}

/** The arrays that have a value which is no number. */
function notFinite(arrays: NamedArrays): string | undefined {
  for (const [name, { data }] of Object.entries(arrays)) {
    // x − x is 0 of every finite number, and NaN of all others.
    for (let i = 0; i < data.length; i++) if ((data[i] as number) - (data[i] as number) !== 0) return name;
  }
  return undefined;
}

const words = (settled: Record<string, unknown>): string =>
  Object.entries(settled)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

/**
 * Trains contenders side by side, each from the same start, and keeps the one that validates best by NDCG@10: half of them drop out after every `roundEpochs`
 * (successive halving, Jamieson & Talwalkar 2016). The last one trains until its validation has not become better for `patience` epochs; the weights of its
 * best epoch are kept (of models that converge, of the last). Without validation the first contender trains for all its epochs. Goes on from `context.resume`, to the same bits.
 *
 * Throws `diverged` where a loss or a weight is not finite, and `cancelled` within a step of a wish to stop.
 */
export async function trainEpochs(contenders: Contender[], settings: EpochSettings, context: FitContext): Promise<Trained> {
  const { validate, resume } = context;
  const { epochs, validateEvery = 1, roundEpochs = 2, converges = false } = settings;
  const patience = converges ? Number.POSITIVE_INFINITY : settings.patience;
  const scheduleEpochs = settings.scheduleEpochs || epochs;
  const phase = validate ? 'Training' : 'Training on all data';
  const entered = validate ? contenders : contenders.slice(0, 1);
  let running: Runner[] = [];
  let busyMs = 0;
  let done = 0;

  const diverged = (sign: string, { advice, rates }: Contender): EngineError =>
    new EngineError('diverged', `The training diverged: ${sign}. ${advice}`, { learningRate: rates.learningRate });

  async function trainOne(runner: Runner, epoch: number, advance: (examples: number) => { done: number; total: number }): Promise<void> {
    const { learner, contender } = runner;
    const { stepsPerEpoch } = learner;
    let since = performance.now();
    let before = 0;
    const loss = await learner.trainEpoch({
      epoch,
      random: createRandom(context.seed, `epoch ${epoch}`),
      rate: (step) => rateAt(contender.rates, (epoch - 1) * stepsPerEpoch + step, scheduleEpochs * stepsPerEpoch),
      async onStep(at, latest) {
        if (!Number.isFinite(latest)) throw diverged(`the loss became ${latest} in epoch ${epoch}`, contender);
        busyMs += performance.now() - since;
        const reached = advance(at - before);
        done = reached.done;
        before = at;
        // One phase for all contenders: the estimate of the time that is left begins anew with each phase.
        await context.checkpoint({ phase, ...reached, unit: 'examples', rate: Math.round((done / Math.max(busyMs, 1)) * 1000) });
        since = performance.now();
      },
    });
    const bad = notFinite(learner.state());
    if (bad !== undefined) throw diverged(`a weight of "${bad}" is not finite after epoch ${epoch}`, contender);
    const asked = validate !== null && (epoch % validateEvery === 0 || epoch === epochs);
    const metrics: Record<string, number> = {};
    if (asked) {
      const scorer = await learner.scorer();
      try {
        Object.assign(metrics, await validate((rows) => scorer.score(rows)));
      } finally {
        scorer.dispose?.();
      }
    }
    context.curve(runner.name, epoch, { loss, ...metrics });
    const better = converges || (metrics['ndcg@10'] ?? 0) > (runner.best?.score ?? Number.NEGATIVE_INFINITY);
    if (validate ? asked && better : epoch === epochs)
      runner.best = { epoch, score: metrics['ndcg@10'] ?? 0, arrays: await learner.snapshot() };
  }

  const bestOf = ({ best }: Runner): number => best?.score ?? Number.NEGATIVE_INFINITY;
  const isOver = (epoch: number): boolean =>
    epoch >= epochs || (validate !== null && running.length === 1 && epoch - (running[0]?.best?.epoch ?? 0) >= patience);

  try {
    for (const contender of entered) {
      const name = entered.length > 1 ? `${phase} (${words(contender.settled)})` : phase;
      running.push({ contender, name, learner: await contender.create(), best: null });
    }
    const examplesPerEpoch = (running[0] as Runner).learner.exampleCount;
    const progress = createSearchProgress({ epochs, patience: validate && !converges ? patience : null, examplesPerEpoch, roundEpochs });
    let epoch = 0;
    if (resume) {
      const { kept, dropped, examples, milliseconds } = unpackRunners(resume.arrays, running);
      running = kept;
      for (const { learner } of dropped) await learner.dispose();
      epoch = resume.epoch;
      [done, busyMs] = [examples, milliseconds];
      progress.plan(1, entered.length, 0);
      progress.advance(examples);
    }
    while (!isOver(epoch)) {
      epoch++;
      progress.plan(epoch, running.length, running[0]?.best?.epoch ?? 0);
      for (const runner of running) await trainOne(runner, epoch, (examples) => progress.advance(examples));
      running.sort((a, b) => bestOf(b) - bestOf(a));
      if (running.length > 1 && (epoch % roundEpochs === 0 || epoch === epochs)) {
        const losers = running.splice(epoch === epochs ? 1 : Math.ceil(running.length / 2));
        for (const { learner } of losers) await learner.dispose();
      }
      await context.keepEpoch(epoch, () => packRunners(running, entered, done, busyMs));
    }
    const { contender, best } = running[0] as Runner;
    if (!best) throw new Error('The last epoch is always kept.');
    const { settled } = contender;
    if (entered.length > 1) context.log(`Validation chose ${words(settled)}, epoch ${best.epoch}.`);
    return {
      best: best.arrays,
      settled,
      facts: {
        bestEpoch: best.epoch,
        examplesPerSecond: (done / Math.max(busyMs, 1)) * 1000,
        settled: { ...settled, epochs: best.epoch, scheduleEpochs },
      },
    };
  } finally {
    for (const { learner } of running) await learner.dispose();
  }
}
