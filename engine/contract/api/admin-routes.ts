import { z } from 'zod';
import { EntityId, MiB, Role, type Route } from './route.ts';

const JobStarted = z.object({ job_id: z.string(), status: z.string() });
const id = z.string().min(1).max(100);

/** An API key as it is listed: never the key itself. */
export const ApiKeyInfo = z.object({
  id: z.string(),
  name: z.string(),
  role: Role,
  /** Requests a second; null: as many as come. */
  rate_limit: z.number().nullable(),
  created_at: z.string(),
  last_used_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
});
export type ApiKeyInfo = z.infer<typeof ApiKeyInfo>;

export const NewApiKey = z.strictObject({
  name: z.string().min(1).max(100),
  role: Role.default('viewer'),
  rate_limit: z.number().min(0.01).max(100_000).nullable().default(null),
});

export const AuditEntry = z.object({
  sequence: z.number().int(),
  time: z.string(),
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  outcome: z.string(),
  /** SHA-256 of the entry before and of this one. */
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

export const ModelVersion = z.object({
  version: z.string(),
  model: z.string(),
  created_at: z.string(),
  active: z.boolean(),
  metrics: z.record(z.string(), z.number()),
});

const uploads = ['application/x-ndjson', 'application/json', 'text/csv'] as const;
const UploadStarted = JobStarted.extend({ bytes: z.number().int() });

export const adminRoutes = {
  train: {
    method: 'POST',
    path: '/admin/train',
    summary: 'Train again on everything received so far, and swap to the result',
    role: 'admin',
    body: z.strictObject({
      model: id.optional(),
      params: z.record(z.string(), z.unknown()).optional(),
      seed: z.number().int().min(0).max(4_294_967_295).optional(),
    }),
    bodyOptional: true,
    bodyLimit: MiB,
    success: 202,
    answer: JobStarted,
    workspace: true,
  },
  reindex: {
    method: 'POST',
    path: '/admin/reindex',
    summary: 'Build the vector index again and swap to it',
    role: 'admin',
    body: z.strictObject({ kind: z.enum(['auto', 'exact', 'hnsw']).optional() }),
    bodyOptional: true,
    bodyLimit: MiB,
    success: 202,
    answer: JobStarted,
    workspace: true,
  },
  uploadItems: {
    method: 'POST',
    path: '/admin/items',
    summary: 'Items with their attributes, as JSON Lines, a JSON array or CSV; read into the workspace by a job',
    role: 'admin',
    upload: uploads,
    bodyLimit: 1024 * MiB,
    success: 202,
    answer: UploadStarted,
    workspace: true,
  },
  uploadInteractions: {
    method: 'POST',
    path: '/admin/interactions',
    summary: 'Interactions in bulk, as JSON Lines, a JSON array or CSV; read into the workspace by a job',
    role: 'admin',
    upload: uploads,
    bodyLimit: 1024 * MiB,
    success: 202,
    answer: UploadStarted,
    workspace: true,
  },
  job: {
    method: 'GET',
    path: '/admin/jobs/{id}',
    summary: 'How a job is getting on',
    role: 'admin',
    params: z.object({ id }),
    success: 200,
    answer: z.object({
      job_id: z.string(),
      kind: z.string(),
      status: z.string(),
      phase: z.string().optional(),
      error: z.string().optional(),
      result: z.unknown().optional(),
    }),
    mayMiss: true,
    workspace: true,
  },
  models: {
    method: 'GET',
    path: '/admin/models',
    summary: 'The bundles that can be served, newest first',
    role: 'viewer',
    success: 200,
    answer: z.object({ models: z.array(ModelVersion) }),
  },
  activateModel: {
    method: 'POST',
    path: '/admin/models/{version}/activate',
    summary: 'Serve another version, without a pause; answered once it is served, and refused where its self-check fails',
    role: 'admin',
    params: z.object({ version: id }),
    body: z.strictObject({}),
    bodyOptional: true,
    success: 200,
    answer: z.object({ model_version: z.string() }),
    mayMiss: true,
    workspace: true,
  },
  precompute: {
    method: 'POST',
    path: '/admin/precompute',
    summary: 'Make the lists of many users ahead, in the background; all known users where none are named',
    role: 'admin',
    body: z.strictObject({
      user_ids: z.array(EntityId).min(1).max(100_000).optional(),
      k: z.number().int().min(1).max(500).default(10),
      expires_seconds: z.number().int().min(1).max(604_800).default(3600),
    }),
    bodyOptional: true,
    bodyLimit: 16 * MiB,
    success: 202,
    answer: z.object({ users: z.number().int(), status: z.string() }),
  },
  cache: {
    method: 'GET',
    path: '/admin/cache',
    summary: 'What the cache holds and how often it answers',
    role: 'viewer',
    success: 200,
    answer: z.object({
      entries: z.number().int(),
      precomputed: z.number().int(),
      precomputing: z.number().int(),
      hits: z.number().int(),
      misses: z.number().int(),
      expired: z.number().int(),
      hit_rate: z.number().nullable(),
    }),
  },
  keys: {
    method: 'GET',
    path: '/admin/keys',
    summary: 'API keys, without the keys themselves',
    role: 'admin',
    success: 200,
    answer: z.object({ auth: z.boolean(), keys: z.array(ApiKeyInfo) }),
  },
  createKey: {
    method: 'POST',
    path: '/admin/keys',
    summary: 'A new API key; it is shown in this answer and never again',
    role: 'admin',
    body: NewApiKey,
    secret: 'answer',
    success: 200,
    answer: ApiKeyInfo.extend({ api_key: z.string() }),
  },
  revokeKey: {
    method: 'DELETE',
    path: '/admin/keys/{id}',
    summary: 'Ends an API key and all tokens that were given for it',
    role: 'admin',
    params: z.object({ id }),
    success: 200,
    answer: ApiKeyInfo,
    mayMiss: true,
  },
  audit: {
    method: 'GET',
    path: '/admin/audit',
    summary: 'Who changed what, newest first, and whether the chain of entries is whole',
    role: 'admin',
    query: z.object({ limit: z.number().int().min(1).max(1000).default(100) }),
    success: 200,
    answer: z.object({ whole: z.boolean(), problem: z.string().optional(), entries: z.array(AuditEntry) }),
  },
} as const satisfies Record<string, Route>;
