import { z } from 'zod';
import { MiB, type Route } from './route.ts';

export const Arm = z.enum(['control', 'treatment']);
export type Arm = z.infer<typeof Arm>;

/**
 * `running`: nothing is decided. `harm`, `win`: the sequential test says that the treatment is worse, or better. `stopped`: it ended without a verdict.
 */
export const ExperimentState = z.enum(['running', 'harm', 'win', 'stopped']);
export type ExperimentState = z.infer<typeof ExperimentState>;

/** A share with its 95 % interval; nulls where there is nothing to take a share of. */
const Rate = z.object({ value: z.number().nullable(), low: z.number().nullable(), high: z.number().nullable() });

export const ArmFigures = z.object({
  model_version: z.string(),
  /** Users who were shown a list, and those of them with a success. */
  users: z.number().int(),
  successful_users: z.number().int(),
  user_success_rate: Rate,
  /** Lists that were shown, and those with a success. */
  lists: z.number().int(),
  successful_lists: z.number().int(),
  list_success_rate: Rate,
  successes: z.number().int(),
  successes_per_list: z.number().nullable(),
});
export type ArmFigures = z.infer<typeof ArmFigures>;

export const Experiment = z.object({
  id: z.string(),
  name: z.string(),
  state: ExperimentState,
  /** Users are split among the arms; at most one experiment is active. */
  active: z.boolean(),
  share: z.number(),
  success_events: z.array(z.string()),
  stop_on_harm: z.boolean(),
  started_at: z.string(),
  ended_at: z.string().nullable(),
  /** Why it ended, in words. */
  ended_because: z.string().nullable(),
  /** What does not work as it should, in words. */
  problem: z.string().optional(),
  arms: z.object({ control: ArmFigures, treatment: ArmFigures }),
  /** Of the user success rates: treatment less control. */
  difference: Rate,
  /** Always valid: it may be looked at as often as one likes. */
  p_value: z.number(),
});
export type Experiment = z.infer<typeof Experiment>;

export const NewExperiment = z.strictObject({
  name: z.string().min(1).max(100),
  treatment: z.string().min(1).max(100).describe('A version of GET /admin/models, other than the served one'),
  share: z.number().min(0.01).max(0.5).default(0.5).describe('Of the users, for the treatment'),
  success_events: z
    .array(z.string().min(1).max(100))
    .min(1)
    .max(20)
    .default(['click', 'like', 'purchase'])
    .describe('Event types that count as a success'),
  stop_on_harm: z.boolean().default(true).describe('End the experiment as soon as the treatment is known to be worse'),
});
export type NewExperiment = z.infer<typeof NewExperiment>;

const params = z.object({ id: z.string().min(1).max(100) });

export const experimentRoutes = {
  experiments: {
    method: 'GET',
    path: '/admin/experiments',
    summary: 'A/B tests, newest first',
    role: 'viewer',
    success: 200,
    answer: z.object({ experiments: z.array(Experiment) }),
  },
  experiment: {
    method: 'GET',
    path: '/admin/experiments/{id}',
    summary: 'One A/B test with its figures',
    role: 'viewer',
    params,
    success: 200,
    answer: Experiment,
    mayMiss: true,
  },
  startExperiment: {
    method: 'POST',
    path: '/admin/experiments',
    summary: 'Answer a share of the users from another version, and compare; one at a time',
    role: 'admin',
    body: NewExperiment,
    bodyLimit: MiB,
    success: 200,
    answer: Experiment,
    mayMiss: true,
    workspace: true,
  },
  stopExperiment: {
    method: 'POST',
    path: '/admin/experiments/{id}/stop',
    summary: 'End an A/B test: everybody is answered by the served version again',
    role: 'admin',
    params,
    body: z.strictObject({}),
    bodyOptional: true,
    bodyLimit: MiB,
    success: 200,
    answer: Experiment,
    mayMiss: true,
  },
} as const satisfies Record<string, Route>;
