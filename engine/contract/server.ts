import { z } from 'zod';
import { operation } from './operation.ts';

export const ServerStatus = z.object({
  state: z.enum(['stopped', 'starting', 'running', 'failed']),
  url: z.string().nullable(),
  port: z.number().nullable(),
  pid: z.number().nullable(),
  bundle: z.string().nullable(),
  modelVersion: z.string().nullable(),
  startedAt: z.string().nullable(),
  requests: z.number(),
  errors: z.number(),
  events: z.number(),
  requestsPerSecond: z.number(),
  p50Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  problem: z.string().nullable(),
});
export type ServerStatus = z.infer<typeof ServerStatus>;

/** No server runs, and none has failed. */
export const stoppedServer: ServerStatus = {
  state: 'stopped',
  url: null,
  port: null,
  pid: null,
  bundle: null,
  modelVersion: null,
  startedAt: null,
  requests: 0,
  errors: 0,
  events: 0,
  requestsPerSecond: 0,
  p50Ms: null,
  p99Ms: null,
  problem: null,
};

export const serverOperations = {
  'server.start': operation({
    summary: 'Serve a bundle on a local port',
    input: z.object({
      bundle: z.string().optional(),
      port: z.number().int().min(0).max(65535).default(8000),
      host: z.string().default('127.0.0.1'),
      /** Where the port is taken, take the next free one instead of failing. */
      nextFreePort: z.boolean().default(false),
    }),
    output: ServerStatus,
    command: 'serve',
  }),
  'server.stop': operation({ summary: 'Stop serving', input: z.object({}), output: ServerStatus }),
  'server.status': operation({ summary: 'Address, uptime, rate and errors', input: z.object({}), output: ServerStatus }),
  'server.try': operation({
    summary: 'Send a GET request to the running server, for the window, whose policy allows it no network',
    input: z.object({ path: z.string().startsWith('/').max(2000) }),
    output: z.object({ status: z.number(), body: z.string(), milliseconds: z.number() }),
  }),
};
