import { z } from 'zod';
import { ApiKeyInfo, AuditEntry, NewApiKey } from './api/admin-routes.ts';
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
  /** Keys are asked for. */
  auth: z.boolean(),
  /** Encrypted, by a certificate that was given. */
  tls: z.boolean(),
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
  auth: false,
  tls: false,
};

/** One request as the window shows it. Bodies are cut to what can be looked at. */
export const ServedRequest = z.object({
  /** Counts up, from 1. */
  sequence: z.number().int(),
  requestId: z.string(),
  /** ISO 8601, UTC. */
  time: z.string(),
  method: z.string(),
  target: z.string(),
  route: z.string(),
  status: z.number(),
  durationMs: z.number(),
  source: z.string().nullable(),
  degraded: z.string().nullable(),
  caller: z.string(),
  sent: z.string().nullable(),
  answer: z.string().nullable(),
});
export type ServedRequest = z.infer<typeof ServedRequest>;

/** What a server answered within one second. */
export const TrafficSecond = z.object({
  /** Milliseconds since 1970, the start of the second. */
  timeMs: z.number(),
  requests: z.number(),
  errors: z.number(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  /** Lists by the stage that made them; `cache` counts those that were made before. */
  sources: z.record(z.string(), z.number()),
});
export type TrafficSecond = z.infer<typeof TrafficSecond>;

export const ServerTraffic = z.object({
  /** Oldest first. */
  requests: z.array(ServedRequest),
  /** Ask for what follows this one. */
  lastSequence: z.number().int(),
  /** Requests that came faster than they are kept. */
  missed: z.number().int(),
  /** The last ten minutes at most, oldest first; seconds without a request are left out. */
  seconds: z.array(TrafficSecond),
});
export type ServerTraffic = z.infer<typeof ServerTraffic>;

export const ServerAnswer = z.object({
  status: z.number(),
  contentType: z.string(),
  body: z.string(),
  milliseconds: z.number(),
});
export type ServerAnswer = z.infer<typeof ServerAnswer>;

export const ServerSecurity = z.object({
  /** Whether the next start asks for keys; a running server follows at once. */
  auth: z.boolean(),
  keys: z.array(ApiKeyInfo),
  audit: z.object({ whole: z.boolean(), problem: z.string().optional(), entries: z.array(AuditEntry) }),
});
export type ServerSecurity = z.infer<typeof ServerSecurity>;

export const serverOperations = {
  'server.start': operation({
    summary: 'Serve a bundle on a local port',
    input: z.object({
      bundle: z.string().optional(),
      port: z.number().int().min(0).max(65535).default(8000),
      host: z.string().default('127.0.0.1'),
      /** Further names by which the server is asked for, such as those of a certificate. */
      names: z
        .array(z.string().regex(/^[\w.:[\]-]{1,253}$/))
        .max(20)
        .default([]),
      /** Certificate and private key, as PEM files. */
      tls: z.object({ cert: z.string().min(1), key: z.string().min(1) }).optional(),
      /** Whether keys are asked for, this time; as chosen before where absent. */
      auth: z.boolean().optional(),
      /** Where the port is taken, take the next free one instead of failing. */
      nextFreePort: z.boolean().default(false),
    }),
    output: ServerStatus,
    command: 'serve',
  }),
  'server.stop': operation({ summary: 'Stop serving', input: z.object({}), output: ServerStatus }),
  'server.status': operation({ summary: 'Address, uptime, rate and errors', input: z.object({}), output: ServerStatus }),
  'server.send': operation({
    summary: 'Send a request to the running server, for the window, whose policy allows it no network',
    input: z.object({
      method: z.enum(['GET', 'POST', 'DELETE']).default('GET'),
      path: z.string().startsWith('/').max(8000),
      /** JSON text. */
      body: z.string().max(4_194_304).optional(),
      headers: z.record(z.string(), z.string()).default({}),
    }),
    output: ServerAnswer,
  }),
  'server.traffic': operation({
    summary: 'Requests as they come, with their bodies, while somebody looks: the server keeps them for ten seconds after the last call',
    input: z.object({ after: z.number().int().min(0).default(0) }),
    output: ServerTraffic,
  }),
  'server.security': operation({
    summary: 'Whether keys are asked for, the keys, and the audit log',
    input: z.object({ auditLimit: z.number().int().min(1).max(1000).default(100) }),
    output: ServerSecurity,
  }),
  'server.setAuth': operation({
    summary: 'Ask for keys from now on, or no more',
    input: z.object({ on: z.boolean() }),
    output: ServerSecurity,
  }),
  'server.createKey': operation({
    summary: 'A new API key, shown once',
    input: NewApiKey,
    output: ApiKeyInfo.extend({ api_key: z.string() }),
  }),
  'server.revokeKey': operation({ summary: 'End an API key', input: z.object({ id: z.string().min(1).max(100) }), output: ApiKeyInfo }),
};
