import type { ErrorReport } from './errors.ts';
import type { CurvePoint, Job, LogLine } from './job.ts';
import type { ServerStatus } from './server.ts';

/** What the engine tells without being asked. */
export type EngineEvent =
  | { type: 'job.changed'; job: Job }
  | { type: 'job.log'; id: string; line: LogLine }
  | { type: 'job.curve'; id: string; point: CurvePoint }
  | { type: 'server.changed'; status: ServerStatus }
  | { type: 'workspace.changed' }
  /** What was open last could not be opened again at the start. */
  | { type: 'restore.failed'; error: ErrorReport }
  | { type: 'data.changed' }
  | { type: 'runs.changed' };
