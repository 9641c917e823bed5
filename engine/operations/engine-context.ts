import { EngineError } from '#contract/errors';
import type { EngineEvent } from '#contract/events';
import type { DeviceReport } from '#contract/run';
import type { Database } from '../data/database.ts';
import type { JobQueue } from '../jobs/job-queue.ts';
import type { ProcessHost } from '../jobs/process-host.ts';
import type { AppStateFile } from '../workspace/app-state.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { ServerProcess } from './server-process.ts';

/** The workspace that is open, with its database. */
export interface Session {
  workspace: Workspace;
  database: Database;
}

/** What the stories share. */
export interface EngineContext {
  host: ProcessHost;
  jobs: JobQueue;
  emit(event: EngineEvent): void;
  state: AppStateFile;
  server: ServerProcess;
  /** Where the program itself is: the clone, or the packaged app. */
  appFolder: string;
  /** Where the sample workspace is made. */
  stateFolder: string;
  /** What this process calls itself in a workspace's lock. */
  holder: string;
  version: string;
  session: Session | null;
  /** TensorFlow's device, once a trainer has told it. */
  device: DeviceReport | null;
}

/** The open workspace, or `conflict` in words. */
export function requireSession(context: EngineContext): Session {
  if (!context.session) throw new EngineError('conflict', 'No workspace is open. Open one, or make a new one, first.');
  return context.session;
}
