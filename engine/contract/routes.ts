import { z } from 'zod';

/** The API that a served bundle answers. From this table come the checks, the OpenAPI document and the tests of every route. */

export const ApiProblem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string(),
});

/** Which stage made a list: the ranker over candidates, retrieval alone, or popularity where the user is unknown. */
export const Source = z.enum(['ranker', 'retrieval', 'popularity']);
export type Source = z.infer<typeof Source>;

export const RecommendedItem = z.object({ item_id: z.string(), score: z.number(), rank: z.number().int() });

export const RecommendAnswer = z.object({
  request_id: z.string(),
  user_id: z.string(),
  source: Source,
  model: z.string(),
  model_version: z.string(),
  items: z.array(RecommendedItem),
});
export type RecommendAnswer = z.infer<typeof RecommendAnswer>;

export const SimilarAnswer = z.object({
  request_id: z.string(),
  item_id: z.string(),
  model_version: z.string(),
  items: z.array(RecommendedItem),
});
export type SimilarAnswer = z.infer<typeof SimilarAnswer>;

/** A context says where an event happened; it is no place for documents. */
const contextLimit = 16_384;

function fitsContext(context: Record<string, unknown>): boolean {
  try {
    return JSON.stringify(context).length <= contextLimit;
  } catch {
    // Nested more deeply than can be written.
    return false;
  }
}

/** One event. `content_id` and `post_id` are other clients' names for `item_id`. `timestamp`: ISO 8601, or seconds or milliseconds since 1970. */
export const ServedEvent = z
  .strictObject({
    event_id: z.string().min(1).max(200).optional(),
    user_id: z.string().min(1).max(1000),
    item_id: z.string().min(1).max(1000).optional(),
    content_id: z.string().min(1).max(1000).optional(),
    post_id: z.string().min(1).max(1000).optional(),
    event_type: z.string().min(1).max(100).default('view'),
    value: z.number().optional(),
    timestamp: z.union([z.string().max(40), z.number()]).optional(),
    session_id: z.string().max(200).optional(),
    context: z
      .record(z.string(), z.unknown())
      .refine(fitsContext, { message: `it is larger than ${contextLimit} characters of JSON, or nested too deeply` })
      .optional(),
  })
  .refine((event) => event.item_id ?? event.content_id ?? event.post_id, { message: 'item_id is missing', path: ['item_id'] });
export type ServedEvent = z.infer<typeof ServedEvent>;

/** As written to the event log and read into the workspace: every name settled. `timestampMs` since 1970. */
export const LoggedEvent = z.object({
  event_id: z.string(),
  user_id: z.string(),
  item_id: z.string(),
  event_type: z.string(),
  value: z.number().nullable(),
  timestampMs: z.number(),
  session_id: z.string().nullable(),
  context: z.record(z.string(), z.unknown()).nullable(),
});
export type LoggedEvent = z.infer<typeof LoggedEvent>;

export const EventsAnswer = z.object({ accepted: z.number().int(), duplicates: z.number().int(), event_ids: z.array(z.string()) });

const k = z.number().int().min(1).max(500).default(10);

export interface Route {
  method: 'GET' | 'POST';
  path: string;
  summary: string;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** No body at all is as good as `{}`. */
  bodyOptional?: boolean;
  /** Largest body in bytes. */
  bodyLimit?: number;
  success: 200 | 202;
  answer: z.ZodType;
  contentType?: string;
  /** Needs a workspace: handed to the engine by port; a server without one says so. */
  admin?: boolean;
}

const MiB = 1024 * 1024;

export const routes = {
  recommend: {
    method: 'GET',
    path: '/recommend/{user_id}',
    summary: 'The top k items for a user; items seen in training or reported since are left out',
    params: z.object({ user_id: z.string().min(1).max(1000) }),
    query: z.object({ k }),
    success: 200,
    answer: RecommendAnswer,
  },
  recommendByQuery: {
    method: 'GET',
    path: '/recommend',
    summary: 'The same with the user in the query, for ids that do not fit a path',
    query: z.object({ user_id: z.string().min(1).max(1000), k }),
    success: 200,
    answer: RecommendAnswer,
  },
  similar: {
    method: 'GET',
    path: '/similar/{item_id}',
    summary: 'The nearest items',
    params: z.object({ item_id: z.string().min(1).max(1000) }),
    query: z.object({ k }),
    success: 200,
    answer: SimilarAnswer,
  },
  events: {
    method: 'POST',
    path: '/events',
    summary: 'One event or an array of at most 1,000; answered once durable; a repeated event_id is harmless',
    body: z.union([ServedEvent, z.array(ServedEvent).min(1).max(1000)]),
    bodyLimit: 4 * MiB,
    success: 202,
    answer: EventsAnswer,
  },
  health: {
    method: 'GET',
    path: '/health',
    summary: 'Alive, with the bundle that is served',
    success: 200,
    answer: z.object({
      status: z.enum(['ok', 'degraded']),
      version: z.string(),
      bundle: z.string(),
      model: z.string(),
      model_version: z.string(),
      users: z.number(),
      items: z.number(),
      uptime_seconds: z.number(),
      problem: z.string().optional(),
    }),
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    summary: 'Counters and latencies for Prometheus',
    success: 200,
    answer: z.string(),
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
  },
  train: {
    method: 'POST',
    path: '/admin/train',
    summary: 'Train again on everything received so far, and swap to the result',
    body: z.strictObject({
      model: z.string().min(1).max(100).optional(),
      params: z.record(z.string(), z.unknown()).optional(),
      seed: z.number().int().min(0).max(4_294_967_295).optional(),
    }),
    bodyOptional: true,
    bodyLimit: MiB,
    success: 202,
    answer: z.object({ job_id: z.string(), status: z.string() }),
    admin: true,
  },
  reindex: {
    method: 'POST',
    path: '/admin/reindex',
    summary: 'Build the vector index again and swap to it',
    body: z.strictObject({ kind: z.enum(['auto', 'exact', 'hnsw']).optional() }),
    bodyOptional: true,
    bodyLimit: MiB,
    success: 202,
    answer: z.object({ job_id: z.string(), status: z.string() }),
    admin: true,
  },
  job: {
    method: 'GET',
    path: '/admin/jobs/{id}',
    summary: 'How a job is getting on',
    params: z.object({ id: z.string().min(1).max(100) }),
    success: 200,
    answer: z.object({
      job_id: z.string(),
      kind: z.string(),
      status: z.string(),
      phase: z.string().optional(),
      error: z.string().optional(),
      result: z.unknown().optional(),
    }),
    admin: true,
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;
