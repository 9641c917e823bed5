import { EngineError, reportOf } from '#contract/errors';
import type { EngineEvent } from '#contract/events';
import { explainIssues } from '#contract/issue-words';
import { type Handlers, isOperationName, operations } from '#contract/operations';
import { createJobQueue } from './jobs/job-queue.ts';
import type { ProcessHost } from './jobs/process-host.ts';
import { bundleHandlers } from './operations/bundles.ts';
import { checkpointHandlers } from './operations/checkpoints.ts';
import { dataHandlers } from './operations/data.ts';
import { datasetHandlers } from './operations/datasets.ts';
import type { EngineContext } from './operations/engine-context.ts';
import { exploreHandlers } from './operations/explore.ts';
import { jobHandlers } from './operations/jobs.ts';
import { liveHandlers } from './operations/live.ts';
import { modelHandlers } from './operations/models.ts';
import { pipelineHandlers, retrain } from './operations/pipeline.ts';
import { qualityHandlers } from './operations/quality.ts';
import { reindex } from './operations/reindex.ts';
import { runHandlers } from './operations/runs.ts';
import { userHandlers } from './operations/served-users.ts';
import { createServerProcess } from './operations/server-process.ts';
import { type AdminStories, serverHandlers, startServing } from './operations/servers.ts';
import { sqlHandlers } from './operations/sql.ts';
import { systemHandlers } from './operations/system.ts';
import { vectorIndexHandlers } from './operations/vector-indexes.ts';
import { leaveWorkspace, workspaceHandlers } from './operations/workspaces.ts';
import { appStateFile } from './workspace/app-state.ts';

export interface EngineOptions {
  host: ProcessHost;
  /** The user's own folder: recent workspaces, the sample workspace. */
  stateFolder: string;
  /** Where the program is. */
  appFolder: string;
  version: string;
  /** What this process calls itself in a workspace's lock: "the Recsmith window". */
  holder: string;
  emit(event: EngineEvent): void;
  /** Hears of bugs, with their stack. */
  onBug?(error: unknown): void;
}

export interface Engine {
  /** Parses the input once, runs the operation, and answers; throws an EngineError for what somebody meant to refuse. */
  call(name: string, input: unknown): Promise<unknown>;
  /** Opens again what was open when the engine last ended; after a crash, serves again what was served, too. */
  restore(options: { serve: boolean }): Promise<void>;
  /** Cancels jobs, stops the server, and lets the workspace go. */
  close(): Promise<void>;
}

function parse(name: keyof typeof operations, input: unknown): unknown {
  const parsed = operations[name].input.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const { field, sentence } = explainIssues(parsed.error, input ?? {}, 'the input');
  throw new EngineError('invalid_input', `${name}: ${sentence}.`, { field });
}

/** Joins the stories of the workbench into one table of handlers. */
export function createEngine(options: EngineOptions): Engine {
  const onBug = options.onBug ?? ((error) => process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`));
  const context: EngineContext = {
    host: options.host,
    jobs: createJobQueue(options.emit, onBug),
    emit: options.emit,
    state: appStateFile(options.stateFolder),
    server: createServerProcess(options.host),
    appFolder: options.appFolder,
    stateFolder: options.stateFolder,
    holder: options.holder,
    version: options.version,
    session: null,
    device: null,
  };
  const stories: AdminStories = {
    retrain: (body) => retrain(context, stories, body),
    reindex: (body) => reindex(context, body),
  };
  const handlers: Handlers = {
    ...workspaceHandlers(context),
    ...dataHandlers(context),
    ...datasetHandlers(context),
    ...exploreHandlers(context),
    ...sqlHandlers(context),
    ...qualityHandlers(context),
    ...liveHandlers(context),
    ...modelHandlers(),
    ...runHandlers(context),
    ...checkpointHandlers(context),
    ...vectorIndexHandlers(context),
    ...bundleHandlers(context),
    ...serverHandlers(context, stories),
    ...userHandlers(context),
    ...pipelineHandlers(context, stories),
    ...jobHandlers(context),
    ...systemHandlers(context),
  };
  return {
    async call(name, input) {
      if (!isOperationName(name)) throw new EngineError('not_found', `There is no operation "${name.slice(0, 80)}".`);
      const handler = handlers[name] as (input: unknown) => Promise<unknown>;
      try {
        return await handler(parse(name, input));
      } catch (error) {
        if (error instanceof EngineError) throw error;
        onBug(error);
        throw new EngineError('internal', reportOf(error).message, undefined, { cause: error });
      }
    },
    async restore({ serve }) {
      const { open, serving } = await context.state.read();
      if (!open) return;
      // A server that a user did not start in this session does not start by itself after a crash in it.
      if (serving && !serve) await context.state.update((state) => ({ ...state, serving: null }));
      await handlers['workspace.open']({ path: open });
      if (serving && serve) await startServing(context, stories, { ...serving, tls: serving.tls ?? undefined, nextFreePort: true });
    },
    async close() {
      await context.jobs.close();
      await leaveWorkspace(context);
    },
  };
}
