import { z } from 'zod';
import { EngineError } from '#contract/errors';
import type { NamedArrays } from '../math/arrays.ts';
import { type Fusion, type FusionMethod, fuse, fuseUser, fusionMethods, weightsBeside } from './fusion.ts';
import type { FitContext, FittedModel, Model, TrainingSet } from './model.ts';
import { newcomerScorer } from './newcomers.ts';
import { parseParams } from './parameters.ts';

/**
 * Hybrid: several models trained beside each other, their scores or their ranks fused (see `fusion.ts`; reciprocal ranks by Cormack, Clarke and Büttcher 2009).
 * Each model learns with its own settings and its own random numbers; which fusion and which weights is settled by validation.
 */
type Settings = Record<string, Record<string, unknown>>;

/** Of one method; a guess for the progress. */
const expectedSettings = 8;

interface Part {
  model: Model;
  fitted: FittedModel;
}

interface History {
  indptr: Int32Array;
  indices: Int32Array;
}

const paramsFor = (ids: [string, ...string[]], usual: string[]) =>
  z.strictObject({
    models: z
      .array(z.enum(ids))
      .min(2)
      .max(5)
      .refine((chosen) => new Set(chosen).size === chosen.length, 'names a model twice')
      .default(usual)
      .describe('Models whose lists are joined, two to five.'),
    fusion: z
      .enum(['auto', ...fusionMethods])
      .default('auto')
      .describe(
        'Adds up scores, standardised or scaled to 0 to 1 for each user, or reciprocal ranks; auto: validation chooses between standardised scores and ranks.',
      ),
    weights: z
      .array(z.number().int().min(0).max(100))
      .max(5)
      .default([])
      .describe('How much each model counts, in their order; none: validation chooses.'),
    rankConstant: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(60)
      .describe('Added to each rank: the larger, the less the very first ranks stand out.'),
    settings: z
      .record(z.string(), z.record(z.string(), z.unknown()))
      .default({})
      .describe('Parameters of the models other than their defaults, as JSON: {"item-knn": {"neighbours": 50}}.'),
  });

type HybridParams = z.output<ReturnType<typeof paramsFor>>;

function historyAt({ indptr, indices }: History, user: number): Int32Array {
  return indices.subarray(indptr[user], indptr[user + 1]);
}

function fitted(parts: readonly Part[], history: History, fusion: Fusion, settled?: Record<string, unknown>): FittedModel {
  const answering = parts.flatMap(({ fitted: one }, m) => {
    const score = newcomerScorer(one);
    return score ? [{ score, weight: fusion.weights[m] as number }] : [];
  });
  return {
    score: (userRows) =>
      fuse(
        parts.map((part) => part.fitted.score(userRows)),
        (at) => historyAt(history, userRows[at] as number),
        fusion,
      ),
    ...(answering.length > 0
      ? {
          scoreItems: (itemRows: Int32Array) =>
            fuseUser(
              answering.map(({ score }) => score(itemRows)),
              itemRows,
              { ...fusion, weights: answering.map(({ weight }) => weight) },
            ),
        }
      : {}),
    save: () => ({
      ...Object.fromEntries(
        parts.flatMap(({ model, fitted: one }) => Object.entries(one.save()).map(([name, array]) => [`${model.id}/${name}`, array])),
      ),
      'fusion.method': { shape: [1], data: Int32Array.of(fusionMethods.indexOf(fusion.method)) },
      'fusion.weights': { shape: [fusion.weights.length], data: Float32Array.from(fusion.weights) },
      'history.indptr': { shape: [history.indptr.length], data: history.indptr },
      'history.indices': { shape: [history.indices.length], data: history.indices },
    }),
    ...(settled ? { facts: { settled } } : {}),
    dispose: () => {
      for (const part of parts) part.fitted.dispose?.();
    },
  };
}

/** The story of one component: its progress and its curves bear its name. */
function partContext(context: FitContext, model: Model, at: number, of: number): FitContext {
  return {
    ...context,
    random: context.random.fork(model.id),
    resume: null,
    keepEpoch: async () => undefined,
    checkpoint(report) {
      const phase = `${report.phase}: ${model.label}, ${at + 1} of ${of}`;
      return context.checkpoint({ ...report, phase });
    },
    curve: (phase, step, metrics) => context.curve(`${model.id} ${phase}`, step, metrics),
  };
}

async function fitParts(models: readonly Model[], settings: Settings, set: TrainingSet, context: FitContext): Promise<Part[]> {
  const parts: Part[] = [];
  try {
    for (const [at, model] of models.entries()) {
      const params = parseParams(model, settings[model.id] ?? {});
      parts.push({ model, fitted: await model.fit(set, params, partContext(context, model, at, models.length)) });
    }
  } catch (error) {
    for (const part of parts) part.fitted.dispose?.();
    throw error;
  }
  return parts;
}

/**
 * The fusion that ranks the validation slice best. Each method starts with all weights alike and goes on to the best weights beside them as long as that is
 * better; of equally good ones the first.
 */
async function settle(
  { models, fusion, weights, rankConstant }: HybridParams,
  parts: readonly Part[],
  history: History,
  context: FitContext,
): Promise<Fusion> {
  const methods: FusionMethod[] = fusion === 'auto' ? ['standard', 'reciprocal-rank'] : [fusion];
  const equal = weights.length > 0 ? weights : models.map(() => 1);
  let best: Fusion = { method: methods[0] as FusionMethod, weights: equal, rankConstant };
  const { validate } = context;
  if (!validate || (methods.length === 1 && weights.length > 0)) return best;
  const values = new Map<string, number>();
  const judge = async (candidate: Fusion): Promise<number> => {
    const name = `${candidate.method}, weights ${candidate.weights.join(' : ')}`;
    const known = values.get(name);
    if (known !== undefined) return known;
    await context.checkpoint({
      phase: 'Choosing the weights',
      done: values.size,
      total: Math.max(values.size + 1, methods.length * expectedSettings),
      unit: 'settings',
    });
    const value = (await validate(fitted(parts, history, candidate).score))['ndcg@10'] ?? 0;
    context.log(`${name}: validation NDCG@10 ${value.toFixed(4)}`);
    values.set(name, value);
    return value;
  };
  let highest = Number.NEGATIVE_INFINITY;
  for (const method of methods) {
    let at: Fusion = { method, weights: equal, rankConstant };
    let value = await judge(at);
    for (let better = weights.length === 0; better; ) {
      better = false;
      for (const beside of weightsBeside(at.weights)) {
        const candidate = { ...at, weights: beside };
        const own = await judge(candidate);
        if (own <= value) continue;
        value = own;
        at = candidate;
        better = true;
      }
    }
    if (value <= highest) continue;
    highest = value;
    best = at;
  }
  return best;
}

function refuseUnfit({ models, weights, settings }: HybridParams): void {
  if (weights.length > 0 && (weights.length !== models.length || weights.every((weight) => weight === 0)))
    throw new EngineError(
      'invalid_input',
      `There are ${weights.length} weights for ${models.length} models. Give one whole number a model, not all of them 0, or none.`,
      { parameter: 'weights' },
    );
  const stranger = Object.keys(settings).find((id) => !models.includes(id));
  if (stranger !== undefined)
    throw new EngineError('invalid_input', `The settings name "${stranger}", which is not among the models: ${models.join(', ')}.`, {
      parameter: 'settings',
    });
}

/**
 * The hybrid of these models.
 * @param components what there is to choose from
 * @param usual ids of those that are joined where nobody chooses
 */
export function hybridOf(components: readonly Model[], usual: string[]): Model {
  const params = paramsFor(components.map(({ id }) => id) as [string, ...string[]], usual);
  const chosen = ({ models }: HybridParams): Model[] =>
    models.map((id) => components.find((candidate) => candidate.id === id)).filter((model): model is Model => model !== undefined);
  const model: Model<typeof params> = {
    id: 'hybrid',
    label: 'Hybrid',
    summary: 'Several models trained beside each other, their scores or ranks joined into one list.',
    paper: 'Cormack, Clarke, Büttcher 2009: Reciprocal rank fusion outperforms Condorcet and individual rank learning methods',
    goodFor:
      'The last few percent, where models that err differently are at hand; takes as long as all of them together and cannot be bundled.',
    newUsers: 'Joins what those of its models say that can answer for a new user.',
    newItems: 'Counts at the next training.',
    needs: [],
    factorised: false,
    baseline: false,
    params,
    memoryBytes: (size, settings) =>
      chosen(settings).reduce((sum, one) => sum + one.memoryBytes(size, parseParams(one, settings.settings[one.id] ?? {})), size.pairs * 8),
    async fit(set, settings, context) {
      refuseUnfit(settings);
      const { indptr, indices } = set.matrix;
      const parts = await fitParts(chosen(settings), settings.settings, set, context);
      try {
        const best = await settle(settings, parts, { indptr, indices }, context);
        const own: Settings = Object.fromEntries(
          parts.map((part) => [part.model.id, { ...settings.settings[part.model.id], ...part.fitted.facts?.settled }]),
        );
        const settled = context.validate ? { fusion: best.method, weights: [...best.weights], settings: own } : undefined;
        return fitted(parts, { indptr, indices }, best, settled);
      } catch (error) {
        for (const part of parts) part.fitted.dispose?.();
        throw error;
      }
    },
    load(arrays, settings) {
      const array = (name: string): NamedArrays[string]['data'] => {
        const found = arrays[name];
        if (!found) throw new EngineError('bad_data', `The hybrid model has no array "${name}". Train it again.`, { array: name });
        return found.data;
      };
      const parts = chosen(settings).map((one): Part => {
        const prefix = `${one.id}/`;
        const own = Object.entries(arrays).filter(([name]) => name.startsWith(prefix));
        const part = Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value]));
        return { model: one, fitted: one.load(part, parseParams(one, settings.settings[one.id] ?? {})) };
      });
      const history = { indptr: array('history.indptr') as Int32Array, indices: array('history.indices') as Int32Array };
      const method = fusionMethods[array('fusion.method')[0] as number] ?? 'standard';
      return fitted(parts, history, { method, weights: [...array('fusion.weights')], rankConstant: settings.rankConstant });
    },
  };
  return model;
}
