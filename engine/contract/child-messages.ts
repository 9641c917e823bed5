import type { ErrorReport } from './errors.ts';
import type { Progress } from './job.ts';
import type { ServerTraffic } from './server.ts';

/** Between the engine and the server process it started. Paths are given by the engine; the server knows nothing of workspaces. */
export type ToServer =
  | ({ type: 'start' } & ServerStart)
  | { type: 'swap'; id: number; bundlePath: string }
  /** Keys are asked for from now on, or no more. */
  | { type: 'auth'; on: boolean }
  /** A user is erased: their lines are blanked, their state and lists are gone, and they are a stranger to every bundle until `forgotten`. */
  | { type: 'forget'; id: number; userId: string }
  /** No bundle holds them any more. */
  | { type: 'forgotten'; userId: string }
  /** Somebody looks at requests: what came after `after` is answered by `traffic`. */
  | { type: 'traffic'; id: number; after: number }
  /** The answer to an `admin` message. */
  | { type: 'admin.answer'; id: number; ok: true; value: unknown }
  | { type: 'admin.answer'; id: number; ok: false; error: ErrorReport }
  | { type: 'stop' };

export interface ServerStart {
  bundlePath: string;
  port: number;
  host: string;
  eventLogFolder: string | null;
  /** Where experiments are kept; none can be started where it is null or absent. */
  experimentsFolder?: string | null;
  /** For keys, the audit log and the secret that tokens are signed with; null: keys cannot be asked for. */
  securityFolder: string | null;
  /** Ask for keys. */
  auth: boolean;
  /** Further names by which the server is asked for, besides its addresses. */
  names?: readonly string[];
  /** PEM files. */
  tls: { cert: string; key: string } | null;
  /** For `server.log`; the error stream where it is null or absent. */
  logFolder?: string | null;
  /** Where uploads are written while they come; null: none are taken. */
  uploadFolder: string | null;
  /** Users whose erasure is under way: strangers to the bundle, whatever it holds. */
  forgotten?: readonly string[];
  /** Whether the engine has a workspace to train in. */
  adminAvailable: boolean;
}

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
  /** Answers `forget`: so many lines were blanked. */
  | { type: 'forgot'; id: number; lines: number }
  | { type: 'forget.failed'; id: number; error: ErrorReport }
  /** Sent every second while requests come. */
  | { type: 'statistics'; statistics: ServerStatistics }
  /** New lines were made durable in the event log. */
  | { type: 'events.appended'; count: number }
  | { type: 'admin'; id: number; call: AdminCall }
  | { type: 'traffic'; id: number; traffic: ServerTraffic }
  | { type: 'stopped' };

export type AdminCall =
  | { route: 'train'; body: { model?: string | undefined; params?: Record<string, unknown> | undefined; seed?: number | undefined } }
  | { route: 'reindex'; body: { kind?: 'auto' | 'exact' | 'hnsw' | undefined } }
  | { route: 'job'; id: string }
  | { route: 'models' }
  | { route: 'activate'; version: string }
  /** Where the bundle of a version is: answered by `{ path }`. */
  | { route: 'bundle'; version: string }
  | { route: 'user.export'; user: string }
  | { route: 'user.erase'; user: string }
  /** The engine takes the file over. */
  | { route: 'upload'; kind: 'items' | 'interactions'; file: string; type: string; bytes: number };

/** Between the engine and a trainer process: one task, then the process ends. Arrays travel by structured clone. */
export type ToTrainer<Task> = { type: 'task'; task: Task } | { type: 'cancel' };

export type FromTrainer<Outcome> =
  | { type: 'ready' }
  | { type: 'progress'; progress: Progress }
  | { type: 'curve'; phase: string; step: number; metrics: Record<string, number> }
  | { type: 'log'; text: string }
  | { type: 'done'; outcome: Outcome }
  | { type: 'failed'; error: ErrorReport };
