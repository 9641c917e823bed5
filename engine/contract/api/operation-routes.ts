import { z } from 'zod';
import type { Route } from './route.ts';

export const operationRoutes = {
  health: {
    method: 'GET',
    path: '/health',
    summary: 'Alive, with the bundle that is served',
    role: 'anyone',
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
  ready: {
    method: 'GET',
    path: '/ready',
    summary: 'Whether requests should be sent here: 503 while starting, stopping, or unable to make lists or to store events',
    role: 'anyone',
    success: 200,
    answer: z.object({ ready: z.boolean(), checks: z.record(z.string(), z.string()) }),
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    summary: 'Counters and latencies for Prometheus',
    role: 'viewer',
    success: 200,
    answer: z.string(),
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
  },
} as const satisfies Record<string, Route>;
