import os from 'node:os';
import { EngineError } from '#contract/errors';
import type { Model, ProblemSize } from '../models/model.ts';
import { parseParams } from '../models/parameters.ts';

/** Of the memory of a machine or container that a training may take: the rest is for the data, the window and other programs. */
const share = 0.7;

export interface MemoryLimit {
  /** Bytes that a training may take. */
  bytes: number;
  /** Where that comes from, to be read after the figure. */
  reason: string;
}

const size = (bytes: number): string => (bytes < 2 ** 29 ? `${Math.ceil(bytes / 2 ** 20)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`);
const count = (value: number, one: string): string => `${value.toLocaleString('en')} ${one}`;

/**
 * What a training may take here: RECSMITH_MEMORY_GB gigabytes (GiB) where that is set, else 70 % of the memory of the machine, or of the container where that
 * has less. Throws `invalid_input` where the setting is no number above 0.
 */
export function memoryLimit(
  env: NodeJS.ProcessEnv = process.env,
  total = os.totalmem(),
  constrained: number = process.constrainedMemory?.() ?? 0,
): MemoryLimit {
  const setting = env.RECSMITH_MEMORY_GB;
  if (setting) {
    const gigabytes = Number(setting);
    if (gigabytes > 0 && Number.isFinite(gigabytes)) return { bytes: gigabytes * 2 ** 30, reason: 'as RECSMITH_MEMORY_GB says' };
    throw new EngineError('invalid_input', `RECSMITH_MEMORY_GB is "${setting}", and must be a number of gigabytes above 0.`);
  }
  // Without a limit the system answers 0 or more than there is.
  const inContainer = constrained > 0 && constrained < total;
  const present = inContainer ? constrained : total;
  return { bytes: share * present, reason: `${share * 100} % of the ${size(present)} of this ${inContainer ? 'container' : 'machine'}` };
}

/** The fitting model that stands nearest in the list, which goes from strong to simple; of two as near the stronger. */
function nearestThatFits(model: Model, models: Model[], problem: ProblemSize, bytes: number): { model: Model; needed: number } | undefined {
  const place = models.findIndex(({ id }) => id === model.id);
  return models
    .map((other, at) => ({ model: other, distance: Math.abs(at - place), needed: other.memoryBytes(problem, parseParams(other, {})) }))
    .filter((other) => other.distance > 0 && other.needed <= bytes)
    .sort((a, b) => a.distance - b.distance)[0];
}

/**
 * Refuses a fit that would not go into memory, before it starts: `too_large`, with what it would take, what there is, and the nearest of `models` that would
 * fit with its defaults.
 */
export function assertFitsMemory(
  model: Model,
  params: Record<string, unknown>,
  problem: ProblemSize,
  models: Model[],
  limit: MemoryLimit = memoryLimit(),
): void {
  const needed = model.memoryBytes(problem, params);
  if (needed <= limit.bytes) return;
  const other = nearestThatFits(model, models, problem, limit.bytes);
  const instead = other
    ? `${other.model.label} would fit, with about ${size(other.needed)}: train ${other.model.id} instead, or on`
    : 'No other model would fit: train on';
  throw new EngineError(
    'too_large',
    `${model.label} would take about ${size(needed)} of memory for ${count(problem.users, 'users')}, ${count(problem.items, 'items')} and ${count(problem.pairs, 'pairs')}, and may take ${size(limit.bytes)} (${limit.reason}). ${instead} a smaller selection of the data, or on a machine with more memory. RECSMITH_MEMORY_GB sets another limit.`,
    { model: model.id, needed, limit: limit.bytes, ...(other ? { alternative: other.model.id } : {}) },
  );
}
