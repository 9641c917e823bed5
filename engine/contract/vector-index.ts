import { z } from 'zod';
import { Job } from './job.ts';
import { operation } from './operation.ts';

const Precision = z.enum(['f32', 'f16', 'i8']);
/** Share of the exact top k that a search finds. */
const Recall = z.object({ k: z.number(), value: z.number(), queries: z.number() });
const Latency = z.object({ p50: z.number(), p99: z.number() });

/** A built vector index with what was measured of it, on this machine, against exact search. */
export const VectorIndexInfo = z.object({
  id: z.string(),
  run: z.string(),
  kind: z.enum(['exact', 'hnsw']),
  precision: Precision,
  items: z.number(),
  dimensions: z.number(),
  /** HNSW parameters; absent for exact search. */
  connectivity: z.number().optional(),
  expansionAdd: z.number().optional(),
  expansionSearch: z.number().optional(),
  recall: Recall,
  latencyMs: Latency,
  exactLatencyMs: Latency,
  /** The graph that was measured and not chosen, where exact search serves. */
  graph: z.object({ precision: Precision, recall: Recall, latencyMs: Latency }).optional(),
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
