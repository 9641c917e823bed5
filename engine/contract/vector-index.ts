import { z } from 'zod';
import { Job } from './job.ts';
import { operation } from './operation.ts';

/** A built vector index with what was measured of it, on this machine, against exact search. */
export const VectorIndexInfo = z.object({
  id: z.string(),
  run: z.string(),
  kind: z.enum(['exact', 'hnsw']),
  precision: z.enum(['f32', 'f16', 'i8']),
  items: z.number(),
  dimensions: z.number(),
  /** HNSW parameters; absent for exact search. */
  connectivity: z.number().optional(),
  expansionAdd: z.number().optional(),
  expansionSearch: z.number().optional(),
  /** Share of the exact top k that the index finds. */
  recall: z.object({ k: z.number(), value: z.number(), queries: z.number() }),
  latencyMs: z.object({ p50: z.number(), p99: z.number() }),
  exactLatencyMs: z.object({ p50: z.number(), p99: z.number() }),
  buildSeconds: z.number(),
  sizeBytes: z.number(),
  /** Why this kind serves, in words. */
  reason: z.string(),
  createdAt: z.string(),
});
export type VectorIndexInfo = z.infer<typeof VectorIndexInfo>;

export const vectorIndexOperations = {
  'vectorIndex.build': operation({
    summary: 'Build the vector index of a run and measure it against exact search',
    input: z.object({ run: z.string().optional(), kind: z.enum(['auto', 'exact', 'hnsw']).default('auto') }),
    output: Job,
    command: 'index',
    http: 'POST /admin/reindex',
  }),
  'vectorIndex.list': operation({ summary: 'Vector indexes, newest first', input: z.object({}), output: z.array(VectorIndexInfo) }),
};
