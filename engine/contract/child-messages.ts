import type { ErrorReport } from './errors.ts';
import type { Progress } from './job.ts';

/** Between the engine and the server process it started. Paths are given by the engine; the server knows nothing of workspaces. */
export type ToServer =
  | { type: 'start'; bundlePath: string; port: number; host: string; eventLogFolder: string | null; adminAvailable: boolean }
  | { type: 'swap'; id: number; bundlePath: string }
  /** The answer to an `admin` message. */
  | { type: 'admin.answer'; id: number; ok: true; value: unknown }
  | { type: 'admin.answer'; id: number; ok: false; error: ErrorReport }
  | { type: 'stop' };

export interface ServerStatistics {
  requests: number;
  errors: number;
  events: number;
  requestsPerSecond: number;
  p50Ms: number | null;
  p99Ms: number | null;
}

export type FromServer =
  | { type: 'ready' }
  | { type: 'started'; url: string; port: number; modelVersion: string }
  | { type: 'failed'; error: ErrorReport }
  | { type: 'swapped'; id: number; modelVersion: string }
  | { type: 'swap.failed'; id: number; error: ErrorReport }
  /** Sent every second while requests come. */
  | { type: 'statistics'; statistics: ServerStatistics }
  /** New lines were made durable in the event log. */
  | { type: 'events.appended'; count: number }
  | { type: 'admin'; id: number; call: AdminCall }
  | { type: 'stopped' };

export type AdminCall =
  | { route: 'train'; body: { model?: string | undefined; params?: Record<string, unknown> | undefined; seed?: number | undefined } }
  | { route: 'reindex'; body: { kind?: 'auto' | 'exact' | 'hnsw' | undefined } }
  | { route: 'job'; id: string };

/** Between the engine and a trainer process: one task, then the process ends. Arrays travel by structured clone. */
export type ToTrainer<Task> = { type: 'task'; task: Task } | { type: 'cancel' };

export type FromTrainer<Outcome> =
  | { type: 'ready' }
  | { type: 'progress'; progress: Progress }
  | { type: 'curve'; phase: string; step: number; metrics: Record<string, number> }
  | { type: 'log'; text: string }
  | { type: 'done'; outcome: Outcome }
  | { type: 'failed'; error: ErrorReport };
