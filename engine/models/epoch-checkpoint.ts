import { EngineError } from '#contract/errors';
import type { NamedArrays } from '../math/arrays.ts';

/** One training of several side by side, as far as it must be kept: where it is, and the best that it was. */
export interface Keeping {
  learner: { state(): NamedArrays; restore(state: NamedArrays): void };
  best: { epoch: number; score: number; arrays: NamedArrays } | null;
}

const withPrefix = (prefix: string, arrays: NamedArrays): NamedArrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}${name}`, array]));

const withoutPrefix = (prefix: string, arrays: NamedArrays): NamedArrays =>
  Object.fromEntries(
    Object.entries(arrays)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, array]) => [name.slice(prefix.length), array]),
  );

const numbers = (...values: number[]): NamedArrays[string] => ({ shape: [values.length], data: Float64Array.from(values) });

/** What it takes to go on: of all that `entered`, those that are left, the best first; how many examples were seen, and in what time. */
export function packRunners<R extends Keeping & { contender: unknown }>(
  running: R[],
  entered: R['contender'][],
  examples: number,
  milliseconds: number,
): NamedArrays {
  const places = running.map(({ contender }) => entered.indexOf(contender));
  const arrays: NamedArrays = { running: numbers(...places), seen: numbers(examples, milliseconds) };
  running.forEach(({ learner, best }, i) => {
    const prefix = `${places[i]}.`;
    Object.assign(arrays, withPrefix(`${prefix}state.`, learner.state()));
    if (!best) return;
    Object.assign(arrays, withPrefix(`${prefix}best.`, best.arrays));
    arrays[`${prefix}reached`] = numbers(best.epoch, best.score);
  });
  return arrays;
}

/** Takes up what `packRunners` kept into trainings as they start: those that are left, in their order, and those that had dropped out. */
export function unpackRunners<R extends Keeping>(
  arrays: NamedArrays,
  started: R[],
): { kept: R[]; dropped: R[]; examples: number; milliseconds: number } {
  const array = (name: string): Float64Array => {
    const data = arrays[name]?.data;
    if (data instanceof Float64Array) return data;
    throw new EngineError('bad_data', `The checkpoint has no "${name}". Train without resuming.`, { array: name });
  };
  const kept = Array.from(array('running'), (place) => {
    const runner = started[place];
    if (!runner) throw new EngineError('bad_data', 'The checkpoint is of another choice of settings. Train without resuming.', { place });
    runner.learner.restore(withoutPrefix(`${place}.state.`, arrays));
    if (arrays[`${place}.reached`]) {
      const [epoch = 0, score = 0] = array(`${place}.reached`);
      runner.best = { epoch, score, arrays: withoutPrefix(`${place}.best.`, arrays) };
    }
    return runner;
  });
  const [examples = 0, milliseconds = 0] = array('seen');
  return { kept, dropped: started.filter((runner) => !kept.includes(runner)), examples, milliseconds };
}
